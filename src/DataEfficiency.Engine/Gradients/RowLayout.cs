// Where the gradient of each linear stands in a row: linears in recipe order, each [out, r] row by row.
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients;

internal sealed class RowLayout
{
    private readonly int _rank;
    private readonly (long Offset, int Out)[] _places;

    /// <summary>Length of a row: r times the sum of all linears' output widths.</summary>
    public long Width { get; }

    public RowLayout(ModelConfig config, int rank)
    {
        _rank = rank;
        long end = 0;
        _places = [.. AdapterMatrices.Places(config).Select(p => AdapterMatrices.Shape(config, p.Linear).Out).Select(width => ((end += (long)width * rank) - (long)width * rank, width))];
        Width = end;
    }

    /// <summary>The part [out, r] of a row [width] that belongs to one linear: a view.</summary>
    public Tensor Part(Tensor row, int layer, Linear linear)
    {
        var (offset, width) = _places[layer * 7 + (int)linear];
        return row.narrow(0, offset, (long)width * _rank).view(width, _rank);
    }
}

/// <summary>Rows of a few sequences as tensors of libtorch, which writes the products straight into the managed arrays.</summary>
internal sealed class RowTargets(float[][] rows, RowLayout layout, float scale) : IDisposable
{
    private readonly Tensor[] _rows = [.. rows.Select(r => frombuffer(r, float32).DetachFromDisposeScope())];

    /// <summary>Each sequence's part of one linear: scale times gradient^T narrow, over the sequence's rows of both.</summary>
    public void Add(int layer, Linear linear, Tensor gradient, Tensor narrow, RowRange[] ranges)
    {
        using var scope = NewDisposeScope();
        foreach (var (row, range) in _rows.Zip(ranges))
            layout.Part(row, layer, linear).addmm_(gradient.narrow(0, range.First, range.Count).t(), narrow.narrow(0, range.First, range.Count), 0, scale);
    }

    public void Dispose()
    {
        foreach (var row in _rows) row.Dispose();
    }
}
