// Attention of a batch's next tokens to what a key-value cache holds, in float32 on the CPU: one key-value head of one sequence at a time,
// four queries together, no score beyond theirs in memory. Sequences stay where they stand in the cache when others leave the batch. The
// library has a product of its own for each of these small matrices: with 180 sequences behind 41 tokens it took 3.4 ms a layer and token.
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace DataEfficiency.Engine.Models.Kernels;

/// <summary>Keys or values [heads, sequences, columns, width] in memory, with room for what a product reads beyond the last.</summary>
internal readonly unsafe struct CachedColumns(FloatMatrix all, int sequences, int columns)
{
    public float* Of(int head, int sequence) => all.Row((head * sequences + sequence) * columns);
}

/// <summary>What all sequences share in front of their own columns.</summary>
/// <param name="KeysAcross">[kv heads * width, stride].</param>
/// <param name="Values">[kv heads * count, width].</param>
/// <param name="Count">Columns; 0: nothing is shared, and the matrices are not read.</param>
/// <param name="Mask">As the own columns', [sequences * time, count]; null: every query sees all of it.</param>
internal readonly record struct SharedColumns(FloatMatrix KeysAcross, FloatMatrix Values, int Count, FloatMatrix? Mask);

/// <param name="heads">Query heads.</param>
/// <param name="keyValueHeads">Each serves heads / keyValueHeads query heads.</param>
/// <param name="width">Columns of a head.</param>
internal sealed unsafe class CachedAttention(int heads, int keyValueHeads, int width, Scratch scratch)
{
    // So many tokens a sequence are worth laying its keys out for products; one token's dot products take them as they stand.
    private const int FewTokens = 4;

    private readonly int _group = heads / keyValueHeads;
    private readonly float _scale = (float)(1 / Math.Sqrt(width));

    /// <summary>Copies k and v [sequences * time, kv heads * width] into the columns from "first" on.</summary>
    /// <param name="places">Where each sequence stands in the cache.</param>
    public void Store(FloatMatrix k, FloatMatrix v, int time, int[] places, CachedColumns keys, CachedColumns values, int first)
    {
        for (var i = 0; i < places.Length * time; i++)
            for (var head = 0; head < keyValueHeads; head++)
            {
                nint to = (nint)(first + i % time) * width;
                k[i].Slice(head * width, width).CopyTo(new Span<float>(keys.Of(head, places[i / time]) + to, width));
                v[i].Slice(head * width, width).CopyTo(new Span<float>(values.Of(head, places[i / time]) + to, width));
            }
    }

    /// <summary>mixed = softmax(scale q [shared | own]^T + mask) [shared | own values].</summary>
    /// <param name="q">[sequences * time, heads * width].</param>
    /// <param name="columns">Filled columns of each sequence, the queries' own included.</param>
    /// <param name="mask">0 or -infinity, [sequences * time, columns] or, where all see alike, [time, columns].</param>
    /// <param name="mixed">[sequences * time, heads * width], written.</param>
    public void Run(FloatMatrix q, int time, int[] places, CachedColumns keys, CachedColumns values, int columns, FloatMatrix mask,
        SharedColumns shared, FloatMatrix mixed)
    {
        int seen = shared.Count + columns, across = StripProduct.Padded(seen);
        var ownAcross = time < FewTokens ? 0 : StripProduct.Padded(columns);
        scratch.Share(places.Length * keyValueHeads, (long)StripProduct.Rows * across + (long)width * ownAcross + StripProduct.Piece,
            (unit, floats) =>
        {
            var (b, kv) = (unit / keyValueHeads, unit % keyValueHeads);
            float* own = keys.Of(kv, places[b]), ownValues = values.Of(kv, places[b]);
            fixed (float* weights = floats)
            {
                var turned = weights + StripProduct.Rows * across;
                for (var at = 0; at < ownAcross && at < columns; at++)
                    for (var i = 0; i < width; i++) turned[(nint)i * ownAcross + at] = own[(nint)at * width + i];
                // Four tokens of one head, or four heads of one token: each has its weights in a row of its own.
                var isTurned = ownAcross > 0;
                int tokens = isTurned ? StripProduct.Rows : 1, perStrip = isTurned ? 1 : StripProduct.Rows;
                for (var t = 0; t < time; t += tokens)
                    for (var head = kv * _group; head < (kv + 1) * _group; head += perStrip)
                    {
                        int row = b * time + t, rows = isTurned ? Math.Min(tokens, time - t) : Math.Min(perStrip, (kv + 1) * _group - head);
                        float* from = q.Row(row) + head * width, to = mixed.Row(row) + head * width;
                        nint step = isTurned ? q.Stride : width, stepTo = isTurned ? mixed.Stride : width;
                        if (shared.Count > 0)
                            StripProduct.Run(from, step, 1, shared.KeysAcross.Row(kv * width), shared.KeysAcross.Stride, weights, across,
                                rows, shared.Count, width, add: false);
                        if (isTurned)
                            StripProduct.Run(from, step, 1, turned, ownAcross, weights + shared.Count, across, rows, columns, width,
                                add: false);
                        else Dots(from, step, own, weights + shared.Count, across, rows, columns);
                        for (var r = 0; r < rows; r++)
                        {
                            var query = isTurned ? row + r : row;
                            Softmax(new(weights + r * across, shared.Count), shared.Mask is { } hidden ? hidden[query] : [],
                                new(weights + r * across + shared.Count, columns), mask[query % mask.Count][..columns],
                                new(weights + r * across, seen));
                        }
                        if (shared.Count > 0)
                            StripProduct.Run(weights, across, 1, shared.Values.Row(kv * shared.Count), width, to, stepTo, rows, width,
                                shared.Count, add: false);
                        StripProduct.Run(weights + shared.Count, across, 1, ownValues, width, to, stepTo, rows, width, columns,
                            add: shared.Count > 0);
                    }
            }
        });
    }

    // c[r, n] = a[r] . keys[n], each key read once for up to four queries.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Dots(float* a, nint row, float* keys, float* c, nint cRow, int rows, int columns)
    {
        float* a1 = a + (rows > 1 ? row : 0), a2 = rows > 2 ? a1 + row : a1, a3 = rows > 3 ? a2 + row : a2;
        var whole = width / Vector<float>.Count * Vector<float>.Count;
        for (var n = 0; n < columns; n++)
        {
            var key = keys + (nint)n * width;
            Vector<float> x0 = default, x1 = default, x2 = default, x3 = default;
            for (var i = 0; i < whole; i += Vector<float>.Count)
            {
                var y = Vector.Load(key + i);
                x0 = Vector.MultiplyAddEstimate(Vector.Load(a + i), y, x0);
                x1 = Vector.MultiplyAddEstimate(Vector.Load(a1 + i), y, x1);
                x2 = Vector.MultiplyAddEstimate(Vector.Load(a2 + i), y, x2);
                x3 = Vector.MultiplyAddEstimate(Vector.Load(a3 + i), y, x3);
            }
            float s0 = Vector.Sum(x0), s1 = Vector.Sum(x1), s2 = Vector.Sum(x2), s3 = Vector.Sum(x3);
            for (var i = whole; i < width; i++)
                (s0, s1, s2, s3) = (s0 + a[i] * key[i], s1 + a1[i] * key[i], s2 + a2[i] * key[i], s3 + a3[i] * key[i]);
            c[n] = s0;
            if (rows > 1) c[cRow + n] = s1;
            if (rows > 2) c[2 * cRow + n] = s2;
            if (rows > 3) c[3 * cRow + n] = s3;
        }
    }

    private void Softmax(Span<float> shared, ReadOnlySpan<float> hidden, Span<float> own, ReadOnlySpan<float> mask, Span<float> all)
    {
        if (hidden.IsEmpty) TensorPrimitives.Multiply(shared, _scale, shared);
        else TensorPrimitives.MultiplyAdd(shared, _scale, hidden, shared);
        TensorPrimitives.MultiplyAdd(own, _scale, mask, own);
        TensorPrimitives.Subtract(all, TensorPrimitives.Max<float>(all), all);
        TensorPrimitives.Exp<float>(all, all);
        TensorPrimitives.Divide(all, TensorPrimitives.Sum<float>(all), all);
    }
}
