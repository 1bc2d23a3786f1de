// What is trained beside frozen weights: small tensors of every layer, applied as a hook of the decoder (LoraAdapter, Ia3Adapter).
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models.Adapters;

/// <summary>The trained tensors are views of one flat buffer, zero at first, float32 whatever the model computes in: steps far smaller than
/// a bfloat16's unit add up. Folders are those of PEFT: adapter_config.json and adapter_model.safetensors.</summary>
internal abstract class Adapter : ILinearHook, IDisposable
{
    private const string ConfigFile = "adapter_config.json", WeightFile = "adapter_model.safetensors";
    private readonly IReadOnlyList<(long Offset, long[] Shape)> _spans;

    public Tensor Flat { get; }

    /// <summary>The trained tensors, in the order of the shapes given.</summary>
    protected IReadOnlyList<Tensor> Views { get; }

    private int _collecting;

    protected Adapter(IEnumerable<long[]> shapes, Device device)
    {
        long end = 0;
        var spans = new List<(long, long[])>();
        foreach (var shape in shapes)
        {
            spans.Add((end, shape));
            end += Size(shape);
        }
        _spans = spans;
        Flat = zeros(end, dtype: float32, device: device).DetachFromDisposeScope();
        using var plain = no_grad();
        Views = [.. _spans.Select(p =>
        {
            using var flat = Flat.narrow(0, p.Offset, Size(p.Shape));
            using var view = flat.view(p.Shape);
            return view.detach().DetachFromDisposeScope();
        })];
    }

    /// <summary>Offset and size in the buffer of each tensor, in the order of <see cref="Leaves.Tensors"/>.</summary>
    public IEnumerable<(long Offset, long Size)> Spans => _spans.Select(p => (p.Offset, Size(p.Shape)));

    /// <summary>Lets the trained tensors collect gradients until the result is disposed. Two may overlap: a trainer's, and that of one
    /// example's gradient between its steps.</summary>
    public Leaves Collect()
    {
        if (_collecting++ == 0)
            foreach (var view in Views) view.requires_grad_(true);
        return new Leaves(this);
    }

    /// <summary>The trained tensors as leaves of a graph.</summary>
    public sealed class Leaves : IDisposable
    {
        private Adapter? _adapter;

        internal Leaves(Adapter adapter) => (_adapter, Tensors) = (adapter, adapter.Views);

        public IReadOnlyList<Tensor> Tensors { get; }

        public void Dispose()
        {
            if (_adapter is { } adapter && --adapter._collecting == 0)
                foreach (var view in Tensors) view.requires_grad_(false);
            _adapter = null;
        }
    }

    /// <summary>Reads a folder of either kind.</summary>
    /// <exception cref="ModelException">A file is missing or damaged, or belongs to another model; the message names it.</exception>
    public static Adapter Read(string folder, ModelConfig config, Device device) =>
        ReadConfig(Path.Combine(folder, ConfigFile), null, json => (string?)json["peft_type"]) == "IA3"
            ? Ia3Adapter.Load(folder, config, device) : LoraAdapter.Load(folder, config, device);

    /// <summary>SHA-256, lower-case hex, of an adapter's weights.</summary>
    public static string Sha256(string folder)
    {
        using var stream = File.OpenRead(Path.Combine(folder, WeightFile));
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The model that an adapter's folder names as its own; null: the folder holds no adapter.</summary>
    /// <exception cref="ModelException">The configuration is malformed.</exception>
    public static string? BaseOf(string folder) => !File.Exists(Path.Combine(folder, ConfigFile)) ? null
        : ReadConfig(Path.Combine(folder, ConfigFile), null, json => (string?)json["base_model_name_or_path"])
            ?? throw new ModelException($"{Path.Combine(folder, ConfigFile)} names no base model.");

    public abstract Tensor Apply(int layer, Linear linear, Tensor x, Tensor weight, Tensor? bias);

    /// <summary>Changes the decoder's weights so that they give alone what they gave with the adapter.</summary>
    public abstract void MergeInto(Decoder decoder);

    /// <summary>Writes a folder that PEFT loads (tensors F32).</summary>
    /// <param name="baseModel">Name or path of the model that the adapter belongs to.</param>
    public abstract void Save(string folder, string baseModel);

    private protected static void Write(string folder, string baseModel, JsonObject config,
        IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        Directory.CreateDirectory(folder);
        SafetensorsFile.Write(Path.Combine(folder, WeightFile), tensors, float32);
        (string, JsonNode)[] common = [("task_type", "CAUSAL_LM"), ("base_model_name_or_path", baseModel), ("fan_in_fan_out", false),
            ("inference_mode", true)];
        foreach (var (key, value) in common) config[key] = value;
        File.WriteAllText(Path.Combine(folder, ConfigFile),
            config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <param name="type">Null: of any.</param>
    /// <exception cref="ModelException">The configuration is missing, malformed, or of another type of adapter.</exception>
    private protected static T ReadConfig<T>(string path, string? type, Func<JsonObject, T> read)
    {
        if (!File.Exists(path))
            throw new ModelException($"{path} is missing: an adapter is a folder with adapter_config.json and adapter_model.safetensors.");
        try
        {
            var config = JsonNode.Parse(SmallFile.Text(path))!.AsObject();
            return type is null || (string?)config["peft_type"] == type ? read(config)
                : throw new ModelException($"{path}: peft_type is \"{config["peft_type"]}\", expected {type}.");
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException
            or NullReferenceException)
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
