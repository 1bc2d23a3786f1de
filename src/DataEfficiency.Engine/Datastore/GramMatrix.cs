// Inner products of gradient rows. A float32 product over all 9.95 million columns of a row is off by up to 5e-4
// (golden/smollm2/README.md), which moves a cosine by as much: columns are summed in short blocks, and the blocks in float64. A block of
// all rows stays in cache while its pairs are multiplied.
using System.Numerics.Tensors;
using DataEfficiency.Engine.Gradients;

namespace DataEfficiency.Engine.Datastore;

/// <summary>Dot products and norms of rows.</summary>
internal static class GramMatrix
{
    // Far below the 65,536 columns that are known to be safe, and 64 rows of a block fit into a core's cache.
    private const int Block = 2048;

    // Each share of the columns has sums of its own, added in order: the result does not depend on the number of threads.
    private const int BlocksOfAShare = 64;

    /// <summary>sum a b in blocks of float32, the blocks added in float64.</summary>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"Rows of {a.Length} and {b.Length} columns belong to different models or ranks.");
        double sum = 0;
        for (var at = 0; at < a.Length; at += Block)
        {
            var size = Math.Min(Block, a.Length - at);
            sum += TensorPrimitives.Dot(a.Slice(at, size), b.Slice(at, size));
        }
        return sum;
    }

    public static double Norm(ReadOnlySpan<float> row) => Math.Sqrt(Dot(row, row));

    /// <summary>The inner product of each pair of rows, all of one width; sums as in <see cref="Dot"/>.</summary>
    public static double[] Products(IReadOnlyList<RowValues> rows, IReadOnlyList<(int A, int B)> pairs)
    {
        if (rows.Count == 0) return [];
        var width = rows[0].Width;
        if (rows.FirstOrDefault(r => r.Width != width) is { } other)
            throw new ArgumentException($"Rows of {width} and {other.Width} columns belong to different models or ranks.");
        const int columns = Block * BlocksOfAShare;
        var shares = new double[(width + columns - 1) / columns][];
        var threads = new ParallelOptions { MaxDegreeOfParallelism = TorchSharp.torch.get_num_threads() };
        Parallel.For(0, shares.Length, threads, share =>
        {
            var sums = shares[share] = new double[pairs.Count];
            var floats = rows.Select(r => r.IsHalf ? new float[Block] : null).ToArray();
            for (int at = share * columns, end = Math.Min(width, at + columns); at < end; at += Block)
            {
                var size = Math.Min(Block, end - at);
                for (var i = 0; i < floats.Length; i++)
                    if (floats[i] is { } into) rows[i].CopyTo(at, into.AsSpan(0, size));
                ReadOnlySpan<float> Of(int i) => floats[i] is { } read ? read.AsSpan(0, size) : rows[i].Floats.AsSpan(at, size);
                for (var p = 0; p < sums.Length; p++) sums[p] += TensorPrimitives.Dot(Of(pairs[p].A), Of(pairs[p].B));
            }
        });
        return [.. pairs.Select((_, p) => shares.Sum(s => s[p]))];
    }
}
