// Inner products of gradient rows. A float32 product over all 9.95 million columns of a row is off by up to 5e-4 (golden/smollm2/README.md), which moves a
// cosine by as much: columns are summed in short blocks, and the blocks in float64.
using System.Numerics;
using System.Runtime.InteropServices;

namespace DataEfficiency.Engine.Gradients;

/// <summary>Dot products and norms of rows.</summary>
public static class GramMatrix
{
    // Far below the 65,536 columns that are known to be safe.
    private const int Block = 4096;

    /// <summary>sum a b in blocks of float32, the blocks added in float64.</summary>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"Rows of {a.Length} and {b.Length} columns belong to different models or ranks.");
        double sum = 0;
        for (var at = 0; at < a.Length; at += Block)
        {
            var size = Math.Min(Block, a.Length - at);
            sum += DotOfBlock(a.Slice(at, size), b.Slice(at, size));
        }
        return sum;
    }

    public static double Norm(ReadOnlySpan<float> row) => Math.Sqrt(Dot(row, row));

    private static float DotOfBlock(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ReadOnlySpan<Vector<float>> x = MemoryMarshal.Cast<float, Vector<float>>(a), y = MemoryMarshal.Cast<float, Vector<float>>(b);
        Vector<float> first = default, second = default;
        var i = 0;
        for (; i + 1 < x.Length; i += 2)
        {
            first += x[i] * y[i];
            second += x[i + 1] * y[i + 1];
        }
        if (i < x.Length) first += x[i] * y[i];
        var sum = Vector.Sum(first + second);
        for (var j = x.Length * Vector<float>.Count; j < a.Length; j++) sum += a[j] * b[j];
        return sum;
    }
}
