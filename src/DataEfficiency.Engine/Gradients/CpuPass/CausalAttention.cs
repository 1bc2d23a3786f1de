// Causal attention of many short sequences, forward and backward, for the hand-written pass: one key-value head of one sequence at a time,
// its operands copied together so that they stay in a core's cache; queries a block at a time, each against the keys that it sees and no
// more. Nothing of size [time, time] is stored.
using System.Numerics.Tensors;
using DataEfficiency.Engine.Models.Kernels;

namespace DataEfficiency.Engine.Gradients.CpuPass;

/// <param name="heads">Query heads.</param>
/// <param name="keyValueHeads">Each serves heads / keyValueHeads query heads.</param>
/// <param name="width">Columns of a head.</param>
internal sealed unsafe class CausalAttention(int heads, int keyValueHeads, int width, Scratch scratch)
{
    // Queries at a time.
    private const int Block = 64;

    private readonly int _group = heads / keyValueHeads;
    private readonly int _padded = StripProduct.Padded(width);
    private readonly float _scale = (float)(1 / Math.Sqrt(width));

    /// <summary>mixed = softmax(scale q k^T) v of each block of rows, whose keys are the rows above it that it sees, [0, prefix), and its
    /// own.</summary>
    /// <param name="qkv">[rows, (heads + 2 kv heads) * width], rotated.</param>
    /// <param name="blocks">Behind the prefix; or inside of it: such a block sees every row above its own.</param>
    /// <param name="mixed">[rows, heads * width], written.</param>
    /// <param name="logSums">[rows, heads], written: ln sum exp of the scaled scores.</param>
    /// <param name="sight">A row sees so many last ones, itself included.</param>
    public void Forward(FloatMatrix qkv, int prefix, IReadOnlyList<RowRange> blocks, FloatMatrix mixed, FloatMatrix logSums, int sight) =>
        scratch.Share(blocks.Count * keyValueHeads, ForwardFloats(blocks.Max(r => Math.Min(r.First, prefix) + r.Count)), (unit, floats) =>
    {
        var (own, kv) = (blocks[unit / keyValueHeads], unit % keyValueHeads);
        var before = Math.Min(own.First, prefix);
        int time = before + own.Count, across = StripProduct.Padded(time);
        fixed (float* memory = floats)
        {
            float* keys = memory, values = keys + width * across, weights = values + time * _padded;
            for (var t = 0; t < time; t++)
            {
                var row = qkv.Row(RowOf(t, before, own)) + (heads + kv) * width;
                Transpose(row, keys + t, across);
                Copy(row + keyValueHeads * width, values + t * _padded);
            }
            for (var head = kv * _group; head < (kv + 1) * _group; head++)
                for (var first = 0; first < own.Count; first += Block)
                {
                    var count = Math.Min(Block, own.Count - first);
                    for (var q = 0; q < count; q += StripProduct.Rows)
                    {
                        var (rows, from, seen) = Strip(q, count, before + first, sight);
                        StripProduct.Run(qkv.Row(own.First + first + q) + head * width, qkv.Stride, 1, keys + from, across,
                            weights + q * across, across, rows, seen, width, add: false);
                        for (var r = q; r < q + rows; r++)
                        {
                            var at = before + first + r;
                            var scores = new Span<float>(weights + r * across, seen);
                            logSums.Row(own.First + first + r)[head] = Softmax(scores, FirstSeen(at, sight) - from, at + 1 - from);
                        }
                        StripProduct.Run(weights + q * across, across, 1, values + from * _padded, _padded,
                            mixed.Row(own.First + first + q) + head * width, mixed.Stride, rows, width, seen, add: false);
                    }
                }
        }
    });

    /// <summary>Gradients of q, k and v of whole sequences, prefix included.</summary>
    /// <param name="qkv">As in <see cref="Forward"/>, with its log-sums.</param>
    /// <param name="own">Where a sequence's rows behind the prefix stand in qkv.</param>
    /// <param name="whole">Where all of its rows stand in the gradients.</param>
    /// <param name="dMixed">[rows, heads * width].</param>
    /// <param name="dQkv">[rows, (heads + 2 kv heads) * width], written.</param>
    /// <param name="sight">As in <see cref="Forward"/>.</param>
    public void Backward(FloatMatrix qkv, FloatMatrix logSums, int prefix, RowRange[] own, RowRange[] whole, FloatMatrix dMixed,
        FloatMatrix dQkv, int sight) =>
        scratch.Share(own.Length * keyValueHeads, BackwardFloats(whole.Max(r => r.Count)), (unit, floats) =>
    {
        var (e, kv) = (unit / keyValueHeads, unit % keyValueHeads);
        int time = whole[e].Count, across = StripProduct.Padded(time), size = time * _padded;
        fixed (float* memory = floats)
        {
            float* queries = memory, keys = queries + size, dOut = keys + size, dKeys = dOut + size, dValues = dKeys + size;
            float* keysAcross = dValues + size, valuesAcross = keysAcross + width * across;
            float* weights = valuesAcross + width * across, dWeights = weights + Block * across;
            for (var t = 0; t < time; t++)
            {
                var row = qkv.Row(RowOf(t, prefix, own[e])) + (heads + kv) * width;
                Copy(row, keys + t * _padded);
                Transpose(row, keysAcross + t, across);
                Transpose(row + keyValueHeads * width, valuesAcross + t, across);
            }
            new Span<float>(dKeys, 2 * size).Clear();
            for (var head = kv * _group; head < (kv + 1) * _group; head++)
            {
                for (var t = 0; t < time; t++)
                {
                    Copy(qkv.Row(RowOf(t, prefix, own[e])) + head * width, queries + t * _padded);
                    Copy(dMixed.Row(whole[e].First + t) + head * width, dOut + t * _padded);
                }
                for (var first = 0; first < time; first += Block)
                {
                    int count = Math.Min(Block, time - first), end = first + count, begin = FirstSeen(first, sight);
                    for (var q = 0; q < count; q += StripProduct.Rows)
                    {
                        var (rows, from, seen) = Strip(q, count, first, sight);
                        StripProduct.Run(queries + (first + q) * _padded, _padded, 1, keysAcross + from, across,
                            weights + q * across + from, across, rows, seen, width, add: false);
                        StripProduct.Run(dOut + (first + q) * _padded, _padded, 1, valuesAcross + from, across,
                            dWeights + q * across + from, across, rows, seen, width, add: false);
                        for (var r = q; r < q + rows; r++)
                        {
                            Span<float> w = new(weights + r * across + begin, end - begin);
                            Span<float> d = new(dWeights + r * across + begin, end - begin);
                            var at = first + r;
                            var logSum = logSums.Row(RowOf(at, prefix, own[e]))[head];
                            SoftmaxBackward(w, d, FirstSeen(at, sight) - begin, at + 1 - begin, logSum);
                        }
                        StripProduct.Run(dWeights + q * across + from, across, 1, keys + from * _padded, _padded,
                            dQkv.Row(whole[e].First + first + q) + head * width, dQkv.Stride, rows, width, seen, add: false);
                    }
                    // A key is seen by the queries from its own place on.
                    for (var key = begin; key < end; key += StripProduct.Rows)
                    {
                        int rows = Math.Min(StripProduct.Rows, end - key), from = Math.Max(0, key - first);
                        StripProduct.Run(weights + from * across + key, 1, across, dOut + (first + from) * _padded, _padded,
                            dValues + key * _padded, _padded, rows, width, count - from, add: true);
                        StripProduct.Run(dWeights + from * across + key, 1, across, queries + (first + from) * _padded, _padded,
                            dKeys + key * _padded, _padded, rows, width, count - from, add: true);
                    }
                }
            }
            for (var t = 0; t < time; t++)
            {
                var row = dQkv.Row(whole[e].First + t) + (heads + kv) * width;
                Copy(dKeys + t * _padded, row);
                Copy(dValues + t * _padded, row + keyValueHeads * width);
            }
        }
    });

    private static int RowOf(int t, int prefix, RowRange own) => t < prefix ? t : own.First + t - prefix;

    // Rows of a strip of queries; the first key that its first one sees, and how many keys there are from there to the last that its last
    // one sees.
    private static (int Rows, int From, int Seen) Strip(int q, int count, int first, int sight)
    {
        int rows = Math.Min(StripProduct.Rows, count - q), from = FirstSeen(first + q, sight);
        return (rows, from, first + q + rows - from);
    }

    private static int FirstSeen(int query, int sight) => Math.Max(0, query + 1 - sight);

    private void Copy(float* from, float* to) => new Span<float>(from, width).CopyTo(new Span<float>(to, width));

    private void Transpose(float* from, float* to, int stride)
    {
        for (var i = 0; i < width; i++) to[(nint)i * stride] = from[i];
    }

    /// <summary>A thread's memory for one unit of a sequence, with room for what a product reads beyond its last value.</summary>
    public long BackwardFloats(int time) => 5L * time * _padded + 2L * (width + Block) * StripProduct.Padded(time) + StripProduct.Piece;

    private long ForwardFloats(int time) => (long)(width + Block) * StripProduct.Padded(time) + (long)time * _padded + StripProduct.Piece;

    // The scores from "first" to before "end" become weights, the others 0.
    private float Softmax(Span<float> scores, int first, int end)
    {
        var own = scores[first..end];
        TensorPrimitives.Multiply(own, _scale, own);
        var largest = TensorPrimitives.Max<float>(own);
        TensorPrimitives.Subtract(own, largest, own);
        TensorPrimitives.Exp<float>(own, own);
        var sum = TensorPrimitives.Sum<float>(own);
        TensorPrimitives.Divide(own, sum, own);
        scores[..first].Clear();
        scores[end..].Clear();
        return largest + MathF.Log(sum);
    }

    // Scores become weights, and the gradients of the weights those of the unscaled scores: scale w (dw - sum w dw).
    private void SoftmaxBackward(Span<float> scores, Span<float> gradients, int first, int end, float logSum)
    {
        Span<float> w = scores[first..end], d = gradients[first..end];
        TensorPrimitives.Multiply(w, _scale, w);
        TensorPrimitives.Subtract(w, logSum, w);
        TensorPrimitives.Exp<float>(w, w);
        TensorPrimitives.Subtract(d, TensorPrimitives.Dot<float>(w, d), d);
        TensorPrimitives.Multiply(d, w, d);
        TensorPrimitives.Multiply(d, _scale, d);
        scores[..first].Clear();
        gradients[..first].Clear();
        scores[end..].Clear();
        gradients[end..].Clear();
    }
}
