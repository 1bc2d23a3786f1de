// Low-rank adapters (Hu et al., arXiv 2106.09685) on the seven linears of every layer: y = W x + (alpha / r) B A x.
using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

/// <summary>A [r, in] and B [out, r] of every linear, views of one flat float32 buffer, applied as a hook of the decoder.</summary>
public sealed class LoraAdapter : ILinearHook, IDisposable
{
    private readonly List<(long Offset, long[] Shape)> _places = [];
    private Tensor[] _views = [];

    public Tensor Flat { get; }

    public int Rank { get; }

    public double Alpha { get; }

    private readonly ModelConfig _config;
    private readonly Scalar _scale;

    /// <summary>B = 0 and A from the matrices given; they are copied.</summary>
    public LoraAdapter(ModelConfig config, AdapterMatrices matrices, double alpha, Device device)
    {
        (_config, Rank, Alpha, _scale) = (config, matrices.Rank, alpha, alpha / matrices.Rank);
        long end = 0;
        foreach (var (_, linear) in AdapterMatrices.Places(config))
        {
            var (rows, columns) = AdapterMatrices.Shape(config, linear);
            foreach (var shape in new long[][] { [Rank, columns], [rows, Rank] })
            {
                _places.Add((end, shape));
                end += shape[0] * shape[1];
            }
        }
        Flat = zeros(end, dtype: float32, device: device).DetachFromDisposeScope();
        Bind(leaves: false);
        using var plain = no_grad();
        for (var i = 0; i < matrices.Matrices.Count; i++) _views[2 * i].copy_(matrices.Matrices[i]);
    }

    /// <summary>Offset and size of each tensor, in the order of <see cref="Bind"/>.</summary>
    public IEnumerable<(long Offset, long Size)> Places => _places.Select(p => (p.Offset, p.Shape[0] * p.Shape[1]));

    /// <summary>Fresh views of the buffer, A and B of each linear in turn; as leaves they collect gradients.</summary>
    public IReadOnlyList<Tensor> Bind(bool leaves)
    {
        foreach (var view in _views) view.Dispose();
        using var plain = no_grad();
        _views = [.. _places.Select(p =>
        {
            using var flat = Flat.narrow(0, p.Offset, p.Shape[0] * p.Shape[1]);
            using var view = flat.view(p.Shape);
            return view.detach().requires_grad_(leaves).DetachFromDisposeScope();
        })];
        return _views;
    }

    public Tensor A(int layer, Linear linear) => _views[2 * (layer * 7 + (int)linear)];

    public Tensor B(int layer, Linear linear) => _views[2 * (layer * 7 + (int)linear) + 1];

    public Tensor Apply(int layer, Linear linear, Tensor x, Tensor weight, Tensor? bias)
    {
        var narrow = nn.functional.linear(x, A(layer, linear));
        return nn.functional.linear(x, weight, bias).add(nn.functional.linear(narrow, B(layer, linear)), _scale);
    }

    /// <summary>Adds (alpha / r) B A to the decoder's weights.</summary>
    public void MergeInto(Decoder decoder)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (layer, linear) in AdapterMatrices.Places(_config))
            decoder.Parameters.Weight(layer, linear).add_(B(layer, linear).mm(A(layer, linear)), _scale);
    }

    /// <summary>Writes adapter_config.json and adapter_model.safetensors (F32) as PEFT names and lays them out.</summary>
    public void Save(string folder, string baseModel)
    {
        Directory.CreateDirectory(folder);
        SafetensorsFile.Write(Path.Combine(folder, "adapter_model.safetensors"), [.. AdapterMatrices.Places(_config).SelectMany(p => new[]
        {
            (AdapterMatrices.NameOf(p.Layer, p.Linear, 'A'), A(p.Layer, p.Linear)), (AdapterMatrices.NameOf(p.Layer, p.Linear, 'B'), B(p.Layer, p.Linear)),
        })], float32);
        var config = new JsonObject
        {
            ["peft_type"] = "LORA", ["task_type"] = "CAUSAL_LM", ["base_model_name_or_path"] = baseModel, ["r"] = Rank, ["lora_alpha"] = Alpha, ["lora_dropout"] = 0.0, ["bias"] = "none",
            ["fan_in_fan_out"] = false, ["target_modules"] = new JsonArray("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
        };
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <summary>Reads a folder that PEFT or <see cref="Save"/> wrote.</summary>
    public static LoraAdapter Load(string folder, ModelConfig config, Device device)
    {
        var path = Path.Combine(folder, "adapter_config.json");
        if (!File.Exists(path)) throw new EngineException($"{path} is missing.");
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        var weights = Path.Combine(folder, "adapter_model.safetensors");
        using var matrices = AdapterMatrices.Load(weights, config);
        if ((int?)json["r"] != matrices.Rank) throw new EngineException($"{path}: r is {json["r"]}, but the matrices in {weights} have rank {matrices.Rank}.");
        var adapter = new LoraAdapter(config, matrices, (double?)json["lora_alpha"] ?? throw new EngineException($"{path} lacks lora_alpha."), device);
        using var file = SafetensorsFile.Open(weights);
        foreach (var (layer, linear) in AdapterMatrices.Places(config)) file.CopyTo(AdapterMatrices.NameOf(layer, linear, 'B'), adapter.B(layer, linear));
        return adapter;
    }

    public void Dispose()
    {
        foreach (var view in _views) view.Dispose();
        Flat.Dispose();
        _scale.Dispose();
    }
}
