// (IA)^3 of T-Few (Liu et al., arXiv 2205.05638): vectors that rescale the output of k_proj and v_proj (behind the bias) and the input of
// down_proj.
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models.Adapters;

/// <summary>l_k [kv width], l_v [kv width] and l_ff [intermediate] of every layer, in turn; all 1 at first, which changes
/// nothing.</summary>
internal sealed class Ia3Adapter : Adapter
{
    private static readonly Linear[] Scaled = [Linear.Key, Linear.Value, Linear.Down];
    private readonly ModelConfig _config;

    public Ia3Adapter(ModelConfig config, Device device) : base(Linears(config).Select(p => new long[] { Width(config, p.Linear) }), device)
    {
        _config = config;
        using var plain = no_grad();
        Flat.fill_(Operand.One);
    }

    private static IEnumerable<(int Layer, Linear Linear)> Linears(ModelConfig config) =>
        AdapterMatrices.Linears(config).Where(p => Scaled.Contains(p.Linear));

    private static int Width(ModelConfig config, Linear linear) =>
        AdapterMatrices.Shape(config, linear) is var shape && linear == Linear.Down ? shape.In : shape.Out;

    /// <summary>The vector of k_proj, v_proj or down_proj.</summary>
    public Tensor Vector(int layer, Linear linear) => Views[layer * Scaled.Length + Array.IndexOf(Scaled, linear)];

    // The product itself is float32 whatever the model's type: a vector near 1 would lose its steps in eight bits.
    public override Tensor Apply(int layer, Linear linear, Tensor x, Tensor weight, Tensor? bias) => linear switch
    {
        Linear.Key or Linear.Value => (nn.functional.linear(x, weight, bias) * Vector(layer, linear)).to(x.dtype),
        Linear.Down => nn.functional.linear((x * Vector(layer, linear)).to(x.dtype), weight, bias),
        _ => nn.functional.linear(x, weight, bias),
    };

    /// <summary>l (W x + b) = (l W) x + l b for k and v; W (l x) + b = (W l) x + b for down.</summary>
    public override void MergeInto(Decoder decoder)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (layer, linear) in Linears(_config))
        {
            var vector = Vector(layer, linear);
            decoder.Parameters.Weight(layer, linear).mul_(linear == Linear.Down ? vector : vector.unsqueeze(1));
            if (linear != Linear.Down) decoder.Parameters.Bias(layer, linear)?.mul_(vector);
        }
    }

    public override void Save(string folder, string baseModel)
    {
        using var scope = NewDisposeScope();
        Write(folder, baseModel, new JsonObject
        {
            ["peft_type"] = "IA3", ["target_modules"] = new JsonArray("k_proj", "v_proj", "down_proj"),
            ["feedforward_modules"] = new JsonArray("down_proj"),
        }, [.. Linears(_config).Select(p => (NameOf(p.Layer, p.Linear), Vector(p.Layer, p.Linear).view(Shape(p.Linear))))]);
    }

    /// <summary>Reads a folder that PEFT or <see cref="Save"/> wrote.</summary>
    /// <exception cref="ModelException">A file is missing or damaged, or belongs to another model or to other linears.</exception>
    public static Ia3Adapter Load(string folder, ModelConfig config, Device device)
    {
        ReadConfig(Path.Combine(folder, "adapter_config.json"), "IA3", config => config);
        using var file = SafetensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors"));
        var adapter = new Ia3Adapter(config, device);
        try
        {
            var names = Linears(config).Select(p => NameOf(p.Layer, p.Linear)).ToHashSet();
            if (file.Entries.Keys.FirstOrDefault(name => !names.Contains(name)) is { } foreign)
                throw new ModelException($"{file.Path}: tensor {foreign} belongs to no scaled linear of this model.");
            foreach (var (layer, linear) in Linears(config))
            {
                using var view = adapter.Vector(layer, linear).view(Shape(linear));
                file.CopyTo(NameOf(layer, linear), view);
            }
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    // PEFT keeps a row for a scaled input and a column for a scaled output.
    private static long[] Shape(Linear linear) => linear == Linear.Down ? [1, -1] : [-1, 1];

    private static string NameOf(int layer, Linear linear) =>
        $"base_model.model.model.layers.{layer}.{DecoderParameters.NameOf(linear)}.ia3_l";
}
