// The A matrices of an adapter: made from a seed (Kaiming uniform with a = sqrt 5, which is U(-1/sqrt in, 1/sqrt in)), or read from a file
// in PEFT's layout.
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models.Adapters;

/// <summary>A [rank, in] of every linear, layer by layer in the order of <see cref="Linear"/>.</summary>
internal sealed class AdapterMatrices : IDisposable
{
    public int Rank { get; }

    public IReadOnlyList<Tensor> Matrices { get; }

    private AdapterMatrices(int rank, IReadOnlyList<Tensor> matrices) => (Rank, Matrices) = (rank, matrices);

    public Tensor this[int layer, Linear linear] => Matrices[layer * 7 + (int)linear];

    /// <summary>One SplitMix64 stream runs through all matrices row by row: 24 bits a value, f = (u >> 40) 2^-24, value = (2 f - 1) /
    /// sqrt(in) in float64, rounded to float32.</summary>
    public static AdapterMatrices FromSeed(ModelConfig config, long seed, int rank, Device? device = null)
    {
        var stream = new SplitMix64(unchecked((ulong)seed));
        var matrices = new List<Tensor>();
        foreach (var (_, linear) in Linears(config))
        {
            var columns = Shape(config, linear).In;
            var bound = 1 / Math.Sqrt(columns);
            var values = new float[rank * columns];
            for (var i = 0; i < values.Length; i++) values[i] = (float)((2 * stream.NextUnit24() - 1) * bound);
            using var flat = tensor(values, device: device ?? CPU);
            matrices.Add(flat.view(rank, columns).DetachFromDisposeScope());
        }
        return new AdapterMatrices(rank, matrices);
    }

    /// <summary>Reads a safetensors file of PEFT's layout; the rank is the matrices' own.</summary>
    public static AdapterMatrices Load(string path, ModelConfig config, Device? device = null)
    {
        using var file = SafetensorsFile.Open(path);
        var first = NameOf(0, Linear.Query, 'A');
        if (!file.Entries.TryGetValue(first, out var entry) || entry.Shape.Count != 2)
            throw new ModelException($"{path}: tensor {first} [rank, {config.HiddenSize}] is missing.");
        var rank = (int)entry.Shape[0];
        var matrices = new List<Tensor>();
        foreach (var (layer, linear) in Linears(config))
        {
            var a = empty([rank, Shape(config, linear).In], dtype: float32, device: device ?? CPU).DetachFromDisposeScope();
            matrices.Add(a);
            file.CopyTo(NameOf(layer, linear, 'A'), a);
        }
        return new AdapterMatrices(rank, matrices);
    }

    /// <summary>All linears in recipe order.</summary>
    public static IEnumerable<(int Layer, Linear Linear)> Linears(ModelConfig config) =>
        Enumerable.Range(0, config.Layers).SelectMany(layer => Enum.GetValues<Linear>().Select(linear => (layer, linear)));

    public static (int Out, int In) Shape(ModelConfig config, Linear linear)
    {
        var (to, from) = DecoderWeights.Shape(config, linear);
        return (checked((int)to), checked((int)from));
    }

    public static string NameOf(int layer, Linear linear, char matrix) =>
        $"base_model.model.model.layers.{layer}.{DecoderParameters.NameOf(linear)}.lora_{matrix}.weight";

    public void Dispose()
    {
        foreach (var a in Matrices) a.Dispose();
    }
}
