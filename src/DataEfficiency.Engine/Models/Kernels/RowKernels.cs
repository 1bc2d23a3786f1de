// What stands between two matrix products of a decoder: one pass over each row while it is in cache, the rows shared among the threads.
// Float32 on the CPU.
using System.Numerics.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace DataEfficiency.Engine.Models.Kernels;

/// <summary>Row by row: norms, rotary positions, SwiGLU, and their derivatives. Matrices are contiguous, [rows, columns].</summary>
internal static class RowKernels
{
    // Below this a thread costs more than it saves.
    private const int SmallestShare = 1 << 14;

    private static void ForEach(int rows, int width, Action<int> row)
    {
        var shares = (int)Math.Clamp((long)rows * width / SmallestShare, 1, Math.Min(rows, get_num_threads()));
        void Share(int share)
        {
            for (int i = (int)((long)rows * share / shares), end = (int)((long)rows * (share + 1) / shares); i < end; i++) row(i);
        }
        if (shares == 1) Share(0);
        else Parallel.For(0, shares, Share);
    }

    /// <summary>into[i] = from[rows[i]].</summary>
    public static Tensor Gather(Tensor from, int[] rows, Tensor into)
    {
        FloatMatrix x = new(from), y = new(into);
        ForEach(rows.Length, x.Width, i => x[rows[i]].CopyTo(y[i]));
        return into;
    }

    /// <summary>into[rows[i]] = from[i]; every other row is zero.</summary>
    public static Tensor Scatter(Tensor from, int[] rows, Tensor into)
    {
        into.zero_();
        FloatMatrix x = new(from), y = new(into);
        ForEach(rows.Length, x.Width, i => x[i].CopyTo(y[rows[i]]));
        return into;
    }

    /// <summary>RMSNorm: y = x w / sqrt(mean x^2 + epsilon); the inverse roots [rows, 1] are kept where a place is given.</summary>
    public static void Norm(Tensor x, Tensor weight, double epsilon, Tensor into, Tensor? inverses = null)
    {
        FloatMatrix from = new(x), w = new(weight), y = new(into);
        FloatMatrix? kept = inverses is null ? null : new(inverses);
        ForEach(from.Count, from.Width, i =>
        {
            var inverse = (float)(1 / Math.Sqrt(TensorPrimitives.SumOfSquares<float>(from[i]) / from.Width + epsilon));
            if (kept is { } all) all[i][0] = inverse;
            TensorPrimitives.Multiply<float>(from[i], inverse, y[i]);
            TensorPrimitives.Multiply<float>(y[i], w[0], y[i]);
        });
    }

    /// <summary>dx += the gradient of <see cref="Norm"/>: g/rms - x (g.x) / (width rms^3) with g = dy w. dy is overwritten.</summary>
    /// <param name="rows">The row of x and inverses that a row of dy belongs to.</param>
    public static void AddNormBackward(Tensor dy, Tensor x, int[] rows, Tensor weight, Tensor inverses, Tensor dx)
    {
        FloatMatrix g = new(dy), from = new(x), w = new(weight), kept = new(inverses), to = new(dx);
        ForEach(rows.Length, from.Width, i =>
        {
            var inverse = kept[rows[i]][0];
            TensorPrimitives.Multiply<float>(g[i], w[0], g[i]);
            var along = TensorPrimitives.Dot<float>(g[i], from[rows[i]]) * inverse * inverse * inverse / from.Width;
            TensorPrimitives.MultiplyAdd<float>(g[i], inverse, to[i], to[i]);
            TensorPrimitives.MultiplyAdd<float>(from[rows[i]], -along, to[i], to[i]);
        });
    }

    /// <summary>Turns the halves of the first heads of each row (position = row) by cos and signed sin [positions, head_dim]; the inverse
    /// turns back.</summary>
    public static void Rotate(Tensor x, int heads, Tensor cos, Tensor sin, bool inverse)
    {
        FloatMatrix rows = new(x), c = new(cos), s = new(sin);
        var width = c.Width;
        var half = width / 2;
        ForEach(rows.Count, rows.Width, i =>
        {
            Span<float> before = stackalloc float[half], turned = stackalloc float[half];
            Span<float> cosine = c[i][..half], sine = inverse ? s[i][..half] : s[i][half..];
            for (var head = 0; head < heads; head++)
            {
                Span<float> first = rows[i].Slice(head * width, half), second = rows[i].Slice(head * width + half, half);
                first.CopyTo(before);
                // (a, b) -> (a cos - b sin, b cos + a sin)
                TensorPrimitives.Multiply<float>(first, cosine, first);
                TensorPrimitives.Multiply<float>(second, sine, turned);
                TensorPrimitives.Subtract<float>(first, turned, first);
                TensorPrimitives.Multiply<float>(second, cosine, second);
                TensorPrimitives.MultiplyAdd<float>(before, sine, second, second);
            }
        });
    }

    /// <summary>gateUp [rows, 2 wide] = gate | up; into [rows, wide] = silu(gate) up.</summary>
    public static void SwiGlu(Tensor gateUp, Tensor into)
    {
        FloatMatrix both = new(gateUp), y = new(into);
        var wide = y.Width;
        ForEach(y.Count, 2 * wide, i =>
        {
            Span<float> gate = both[i][..wide], up = both[i][wide..];
            TensorPrimitives.Sigmoid<float>(gate, y[i]);
            TensorPrimitives.Multiply<float>(y[i], gate, y[i]);
            TensorPrimitives.Multiply<float>(y[i], up, y[i]);
        });
    }

    /// <summary>The gradient of gateUp from that of <see cref="SwiGlu"/>'s result.</summary>
    /// <param name="rows">The row of gateUp that a row of dInner belongs to.</param>
    public static void SwiGluBackward(Tensor gateUp, int[] rows, Tensor dInner, Tensor into)
    {
        FloatMatrix both = new(gateUp), dy = new(dInner), to = new(into);
        var wide = dy.Width;
        ForEach(rows.Length, 4 * wide, i =>
        {
            Span<float> gate = both[rows[i]][..wide], up = both[rows[i]][wide..], d = dy[i], slope = to[i][..wide], silu = to[i][wide..];
            // silu'(g) = s + s g (1 - s) with s = sigmoid(g), which stands where silu(g) = g s will.
            TensorPrimitives.Sigmoid<float>(gate, silu);
            TensorPrimitives.Subtract<float>(1, silu, slope);
            TensorPrimitives.Multiply<float>(slope, gate, slope);
            TensorPrimitives.MultiplyAdd<float>(slope, silu, silu, slope);
            TensorPrimitives.Multiply<float>(slope, up, slope);
            TensorPrimitives.Multiply<float>(slope, d, slope);
            TensorPrimitives.Multiply<float>(silu, gate, silu);
            TensorPrimitives.Multiply<float>(silu, d, silu);
        });
    }

    /// <summary>Folds the logits [rows, ids] of the ids from "first" on into the largest seen so far, its id (the first of equal ones) and
    /// the sum of exp(logit - largest).</summary>
    public static void FoldLargest(Tensor logits, int first, float[] largest, long[] ids, double[] sums)
    {
        var all = new FloatMatrix(logits);
        ForEach(all.Count, all.Width, i =>
        {
            var row = all[i];
            var at = TensorPrimitives.IndexOfMax<float>(row);
            if (first == 0 || row[at] > largest[i])
            {
                sums[i] = first == 0 ? 0 : sums[i] * Math.Exp(largest[i] - row[at]);
                (largest[i], ids[i]) = (row[at], first + at);
            }
            TensorPrimitives.Subtract(row, largest[i], row);
            TensorPrimitives.Exp<float>(row, row);
            sums[i] += TensorPrimitives.Sum<float>(row);
        });
    }

    /// <summary>Logits [rows, vocabulary] become weight (softmax - one-hot): the gradient of sum of weight times cross-entropy, which is
    /// written per row.</summary>
    public static void CrossEntropy(Tensor logits, ReadOnlyMemory<int> targets, ReadOnlyMemory<float> weights, Memory<double> losses)
    {
        var all = new FloatMatrix(logits);
        ForEach(all.Count, all.Width, i =>
        {
            var row = all[i];
            var (target, weight) = (targets.Span[i], weights.Span[i]);
            var largest = TensorPrimitives.Max<float>(row);
            double ahead = row[target] - largest;
            TensorPrimitives.Subtract<float>(row, largest, row);
            TensorPrimitives.Exp<float>(row, row);
            double sum = 0;
            for (var at = 0; at < row.Length; at += 4096)
                sum += TensorPrimitives.Sum<float>(row.Slice(at, Math.Min(4096, row.Length - at)));
            losses.Span[i] = Math.Log(sum) - ahead;
            TensorPrimitives.Multiply<float>(row, (float)(weight / sum), row);
            row[target] -= weight;
        });
    }
}
