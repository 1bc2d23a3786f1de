using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients.CpuPass;

/// <summary>A matrix whose first rows are in use; it grows on demand.</summary>
internal sealed class PassBuffer(int width)
{
    private Tensor? _memory, _all;

    public int Width => width;

    public Tensor All => _all!;

    public long Bytes => sizeof(float) * (_memory?.numel() ?? 0);

    public Tensor Rows(int count)
    {
        if (_all is null || _all.shape[0] < count)
        {
            // A product may read a little beyond its operand's last value. What was there stays in use where there is no memory for more.
            var memory = empty((long)count * width + StripProduct.Piece, dtype: float32).DetachFromDisposeScope();
            var all = memory.narrow(0, 0, (long)count * width).view(count, width).DetachFromDisposeScope();
            if (_all is not null) all.narrow(0, 0, _all.shape[0]).copy_(_all);
            Release();
            (_memory, _all) = (memory, all);
        }
        return _all.narrow(0, 0, count);
    }

    /// <summary>The same memory as a contiguous matrix of fewer columns.</summary>
    public Tensor Rows(int count, int columns) => Rows(count).view(-1).narrow(0, 0, (long)count * columns).view(count, columns);

    public void Release()
    {
        _all?.Dispose();
        _memory?.Dispose();
        (_all, _memory) = (null, null);
    }
}

/// <summary>What the backward pass reads of one layer; narrow: A x of each linear.</summary>
internal sealed record LayerBuffers(PassBuffer X, PassBuffer Mid, PassBuffer Qkv, PassBuffer GateUp, PassBuffer NarrowIn,
    PassBuffer NarrowOutput, PassBuffer NarrowGateUp, PassBuffer NarrowDown,
    PassBuffer InverseIn, PassBuffer InverseMid, PassBuffer LogSums);

/// <summary>All memory of a hand-written pass beside its threads' scratch: allocated once, and again after a release.</summary>
internal sealed class PassBuffers
{
    private readonly List<PassBuffer> _all = [];
    private readonly ModelConfig _config;
    private readonly int _rank;

    public LayerBuffers[] Layers { get; }

    public PassBuffer Normed { get; }

    public PassBuffer Mixed { get; }

    public PassBuffer Inner { get; }

    public PassBuffer Top { get; }

    public PassBuffer Dx { get; }

    public PassBuffer DxBelow { get; }

    public PassBuffer DNormed { get; }

    public PassBuffer DMixed { get; }

    public PassBuffer DMixedBelow { get; }

    public PassBuffer DInner { get; }

    public PassBuffer DGateUp { get; }

    public PassBuffer DQkv { get; }

    public PassBuffer Narrow { get; }

    public PassBuffers(ModelConfig config, int rank)
    {
        (_config, _rank) = (config, rank);
        var (hidden, wide, queries, columns) = Widths(config);
        Layers = [.. Enumerable.Range(0, config.Layers).Select(_ => new LayerBuffers(New(hidden), New(hidden), New(columns), New(2 * wide),
            New(3 * rank), New(rank), New(2 * rank), New(rank), New(1), New(1), New(config.Heads)))];
        (Normed, Mixed, Inner, Top) = (New(hidden), New(queries), New(wide), New(hidden));
        (Dx, DxBelow, DNormed, DMixed, DMixedBelow) = (New(hidden), New(hidden), New(hidden), New(queries), New(queries));
        (DInner, DGateUp, DQkv, Narrow) = (New(wide), New(2 * wide), New(columns), New(3 * rank));
    }

    public static (int Hidden, int Wide, int Queries, int Columns) Widths(ModelConfig config) => (config.HiddenSize,
        config.IntermediateSize, config.Heads * config.HeadDim, (config.Heads + 2 * config.KeyValueHeads) * config.HeadDim);

    /// <summary>What is held now.</summary>
    public long Bytes => _all.Sum(b => b.Bytes);

    /// <summary>What a pass over so many forward and backward rows holds.</summary>
    public long BytesOf(long forward, long backward)
    {
        var (hidden, wide, queries, columns) = Widths(_config);
        var layer = 2L * hidden + columns + 2 * wide + 7 * _rank + _config.Heads + 2;
        return sizeof(float) * (forward * (_config.Layers * layer + 2 * hidden + queries + wide)
            + backward * (3L * hidden + 2 * queries + 3 * wide + columns + 3 * _rank));
    }

    public void Release()
    {
        foreach (var buffer in _all) buffer.Release();
    }

    private PassBuffer New(int width)
    {
        var buffer = new PassBuffer(width);
        _all.Add(buffer);
        return buffer;
    }
}
