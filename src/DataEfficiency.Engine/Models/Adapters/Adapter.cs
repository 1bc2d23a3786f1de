// What is trained beside frozen weights: small tensors of every layer, applied as a hook of the decoder (LoraAdapter, Ia3Adapter).
using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models.Adapters;

/// <summary>The trained tensors are views of one flat float32 buffer, zero at first. Folders are those of PEFT: adapter_config.json and adapter_model.safetensors.</summary>
internal abstract class Adapter : ILinearHook, IDisposable
{
    private readonly IReadOnlyList<(long Offset, long[] Shape)> _places;

    public Tensor Flat { get; }

    /// <summary>The trained tensors, in the order of the shapes given.</summary>
    protected IReadOnlyList<Tensor> Views { get; private set; } = [];

    protected Adapter(IEnumerable<long[]> shapes, Device device)
    {
        long end = 0;
        var places = new List<(long, long[])>();
        foreach (var shape in shapes)
        {
            places.Add((end, shape));
            end += Size(shape);
        }
        _places = places;
        Flat = zeros(end, dtype: float32, device: device).DetachFromDisposeScope();
        Bind(leaves: false);
    }

    /// <summary>Offset and size of each tensor, in the order of <see cref="Bind"/>.</summary>
    public IEnumerable<(long Offset, long Size)> Places => _places.Select(p => (p.Offset, Size(p.Shape)));

    /// <summary>Fresh views of the buffer; as leaves they collect gradients.</summary>
    public IReadOnlyList<Tensor> Bind(bool leaves)
    {
        foreach (var view in Views) view.Dispose();
        using var plain = no_grad();
        return Views = [.. _places.Select(p =>
        {
            using var flat = Flat.narrow(0, p.Offset, Size(p.Shape));
            using var view = flat.view(p.Shape);
            return view.detach().requires_grad_(leaves).DetachFromDisposeScope();
        })];
    }

    public abstract Tensor Apply(int layer, Linear linear, Tensor x, Tensor weight, Tensor? bias);

    /// <summary>Changes the decoder's weights so that they give alone what they gave with the adapter.</summary>
    public abstract void MergeInto(Decoder decoder);

    /// <summary>Writes a folder that PEFT loads (tensors F32).</summary>
    /// <param name="baseModel">Name or path of the model that the adapter belongs to.</param>
    public abstract void Save(string folder, string baseModel);

    private protected static void Write(string folder, string baseModel, JsonObject config, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        Directory.CreateDirectory(folder);
        SafetensorsFile.Write(Path.Combine(folder, "adapter_model.safetensors"), tensors, float32);
        foreach (var (key, value) in new (string, JsonNode)[] { ("task_type", "CAUSAL_LM"), ("base_model_name_or_path", baseModel), ("fan_in_fan_out", false), ("inference_mode", true) }) config[key] = value;
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <exception cref="ModelException">The configuration is missing, malformed, or of another type of adapter.</exception>
    private protected static T ReadConfig<T>(string path, string type, Func<JsonObject, T> read)
    {
        if (!File.Exists(path)) throw new ModelException($"{path} is missing: an adapter is a folder with adapter_config.json and adapter_model.safetensors.");
        try
        {
            var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            return (string?)config["peft_type"] == type ? read(config) : throw new ModelException($"{path}: peft_type is \"{config["peft_type"]}\", expected {type}.");
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw new ModelException($"{path} cannot be read as an adapter's configuration: {malformed.Message}", malformed);
        }
    }

    private static long Size(long[] shape) => shape.Aggregate(1L, (a, b) => a * b);

    public virtual void Dispose()
    {
        foreach (var view in Views) view.Dispose();
        Flat.Dispose();
        GC.SuppressFinalize(this);
    }
}
