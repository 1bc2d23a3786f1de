using System.Numerics.Tensors;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Kernels;

namespace DataEfficiency.Engine.Gradients.CpuPass;

/// <summary>Rows of a few sequences while a backward pass writes them, one linear after the other, in float32 or straight in half
/// precision.</summary>
internal sealed unsafe class RowTargets(int count, RowLayout layout, float scale, bool half, Scratch scratch)
{
    // Outputs of a linear at a time: what is computed is scaled, summed up and stored while it is in cache.
    private const int Outputs = 64;

    private readonly double[] _squares = new double[count];

    public RowValues[] Rows { get; } = [.. Enumerable.Range(0, count).Select(_ => RowValues.New(layout.Width, layout.Rank, half))];

    /// <summary>Norms of the rows.</summary>
    public IEnumerable<double> Norms => _squares.Select(Math.Sqrt);

    /// <summary>Each sequence's part of one linear: scale times gradient^T narrow, over the sequence's rows of both.</summary>
    /// <param name="gradient">[rows, out].</param>
    /// <param name="narrow">[rows, r]; may be read <see cref="StripProduct.Piece"/> floats beyond its end.</param>
    public void Add(int layer, Linear linear, FloatMatrix gradient, FloatMatrix narrow, RowRange[] ranges)
    {
        int rank = layout.Rank, pieces = (gradient.Width + Outputs - 1) / Outputs, offset = layout.Offset(layer, linear);
        var squares = new double[ranges.Length * pieces];
        scratch.Share(squares.Length, Outputs * rank, (unit, floats) =>
        {
            var (row, range, first) = (Rows[unit / pieces], ranges[unit / pieces], unit % pieces * Outputs);
            var outputs = Math.Min(Outputs, gradient.Width - first);
            fixed (float* into = floats)
                for (var o = 0; o < outputs; o += StripProduct.Rows)
                    StripProduct.Run(gradient.Row(range.First) + first + o, 1, gradient.Stride, narrow.Row(range.First), narrow.Stride,
                        into + o * rank, rank, Math.Min(StripProduct.Rows, outputs - o), rank, range.Count, add: false);
            var values = floats.AsSpan(0, outputs * rank);
            TensorPrimitives.Multiply(values, scale, values);
            squares[unit] = TensorPrimitives.SumOfSquares<float>(values);
            row.Set(offset + first * rank, values);
        });
        for (var unit = 0; unit < squares.Length; unit++) _squares[unit / pieces] += squares[unit];
    }
}
