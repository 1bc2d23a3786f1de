// Low-rank adapters (Hu et al., arXiv 2106.09685) on the seven linears of every layer: y = W x + (alpha / r) B A x.
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models.Adapters;

/// <summary>A [r, in] and B [out, r] of every linear, in turn.</summary>
internal sealed class LoraAdapter : Adapter
{
    private readonly ModelConfig _config;
    private readonly Scalar _scale;

    public int Rank { get; }

    public double Alpha { get; }

    /// <summary>B = 0 and A from the matrices given; they are copied.</summary>
    public LoraAdapter(ModelConfig config, AdapterMatrices matrices, double alpha, Device device)
        : this(config, matrices.Rank, alpha, device)
    {
        using var plain = no_grad();
        for (var i = 0; i < matrices.Matrices.Count; i++) Views[2 * i].copy_(matrices.Matrices[i]);
    }

    private LoraAdapter(ModelConfig config, int rank, double alpha, Device device) : base(Shapes(config, rank), device) =>
        (_config, Rank, Alpha, _scale) = (config, rank, alpha, alpha / rank);

    private static IEnumerable<long[]> Shapes(ModelConfig config, int rank) =>
        AdapterMatrices.Linears(config).Select(p => AdapterMatrices.Shape(config, p.Linear))
            .SelectMany(s => new long[][] { [rank, s.In], [s.Out, rank] });

    public Tensor A(int layer, Linear linear) => Views[2 * (layer * 7 + (int)linear)];

    public Tensor B(int layer, Linear linear) => Views[2 * (layer * 7 + (int)linear) + 1];

    public override Tensor Apply(int layer, Linear linear, Tensor x, Tensor weight, Tensor? bias)
    {
        // In the model's type; the gradient goes on through the conversion into float32.
        var narrow = nn.functional.linear(x, A(layer, linear).to(x.dtype));
        return nn.functional.linear(x, weight, bias).add(nn.functional.linear(narrow, B(layer, linear).to(x.dtype)), _scale);
    }

    /// <summary>Adds (alpha / r) B A to the decoder's weights.</summary>
    public override void MergeInto(Decoder decoder)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (layer, linear) in AdapterMatrices.Linears(_config))
            decoder.Parameters.Weight(layer, linear).add_(B(layer, linear).mm(A(layer, linear)), _scale);
    }

    public override void Save(string folder, string baseModel) => Write(folder, baseModel, new JsonObject
    {
        ["peft_type"] = "LORA", ["r"] = Rank, ["lora_alpha"] = Alpha, ["lora_dropout"] = 0.0, ["bias"] = "none",
        ["use_rslora"] = false, ["use_dora"] = false,
        ["target_modules"] = new JsonArray([.. Enum.GetValues<Linear>().Select(l => (JsonNode)DecoderParameters.NameOf(l).Split('.')[1])]),
    }, [.. Named().SelectMany(n => new[] { (n.A, A(n.Layer, n.Linear)), (n.B, B(n.Layer, n.Linear)) })]);

    /// <summary>Reads a folder that PEFT or <see cref="Save"/> wrote. Linears that the file leaves out keep A = B = 0, which changes
    /// nothing.</summary>
    /// <exception cref="ModelException">A file is missing or damaged, belongs to another model, or uses a variant (DoRA, ranks by layer,
    /// trained biases or modules) that is not supported.</exception>
    public static LoraAdapter Load(string folder, ModelConfig config, Device device)
    {
        var path = Path.Combine(folder, "adapter_config.json");
        var (rank, alpha) = ReadConfig(path, "LORA", json => Settings(json, path));
        using var file = SafetensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors"));
        var adapter = new LoraAdapter(config, rank, alpha, device);
        try
        {
            var names = adapter.Named().SelectMany(n => new[] { n.A, n.B }).ToHashSet();
            if (file.Entries.Keys.FirstOrDefault(name => !names.Contains(name)) is { } foreign)
                throw new ModelException($"{file.Path}: tensor {foreign} belongs to no linear of this model.");
            foreach (var (layer, linear, a, b) in adapter.Named())
            {
                if (!file.Entries.ContainsKey(a) && !file.Entries.ContainsKey(b)) continue;
                file.CopyTo(a, adapter.A(layer, linear));
                file.CopyTo(b, adapter.B(layer, linear));
            }
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    private static (int Rank, double Alpha) Settings(JsonObject json, string path)
    {
        foreach (var key in new[] { "use_dora", "fan_in_fan_out" })
            if (json[key] is { } flag && (bool)flag) throw new ModelException($"{path}: {key} is true, which is not supported.");
        if ((string?)json["bias"] is { } bias && bias != "none")
            throw new ModelException($"{path}: bias is \"{bias}\"; only adapters without trained biases are supported.");
        foreach (var key in new[] { "rank_pattern", "alpha_pattern" })
            if (json[key] is JsonObject { Count: > 0 })
                throw new ModelException($"{path}: {key} gives linears a rank or alpha of their own, which is not supported.");
        var rank = (int?)json["r"] is { } r and > 0 ? r
            : throw new ModelException($"{path}: r is {json["r"]?.ToJsonString() ?? "missing"}, expected a positive number.");
        var alpha = (double?)json["lora_alpha"] ?? throw new ModelException($"{path} lacks lora_alpha.");
        // rank-stabilised: the scale is alpha / sqrt(r)
        return (rank, json["use_rslora"] is { } stabilised && (bool)stabilised ? alpha * Math.Sqrt(rank) : alpha);
    }

    private IEnumerable<(int Layer, Linear Linear, string A, string B)> Named() =>
        AdapterMatrices.Linears(_config).Select(p =>
            (p.Layer, p.Linear, AdapterMatrices.NameOf(p.Layer, p.Linear, 'A'), AdapterMatrices.NameOf(p.Layer, p.Linear, 'B')));

    public override void Dispose()
    {
        base.Dispose();
        _scale.Dispose();
    }
}
