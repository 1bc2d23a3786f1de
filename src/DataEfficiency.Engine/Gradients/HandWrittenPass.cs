// Forward and backward of the decoder written out by hand, for gradient rows on the CPU (method section 4). Sequences stand one behind the other without padding; buffers are
// allocated once; kept is only what the backward reads; attention weights are computed again; the last layer goes on at the positions that predict an answer token only; below
// the first layer's linears nothing is computed; rows are written in place. Matrix products are libtorch's, everything between them is one pass over a row in cache (RowKernels).
// Autograd through the decoder is its oracle in the tests.
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients;

/// <summary>All B gradients of a few sequences at once, in float32 on the CPU.</summary>
internal sealed class HandWrittenPass : IDisposable
{
    // Logit rows at a time: bounds [rows, vocabulary] for long answers.
    private const int HeadRows = 64;

    private const int QueryBlock = 128;

    private readonly Decoder _decoder;
    private readonly ModelConfig _config;
    private readonly AdapterMatrices _matrices;
    private readonly float _scale;
    private readonly int _rank, _hidden, _wide, _queries, _columns;
    private readonly Kept[] _layers;
    private readonly Buffer _normed, _mixed, _inner, _dx, _dxBelow, _dNormed, _dMixed, _dInner, _dQkv, _top;
    private readonly List<Buffer> _buffers = [];
    private int _capacity;

    /// <summary>Bytes of activations that one position of a sequence needs.</summary>
    public static long BytesPerPosition(ModelConfig config, int rank)
    {
        int q = config.Heads * config.HeadDim, columns = q + 2 * config.KeyValueHeads * config.HeadDim;
        return sizeof(float) * ((long)config.Layers * (2 * config.HiddenSize + columns + 2 * config.IntermediateSize + 7 * rank + config.Heads + 2)
            + 5L * config.HiddenSize + 2 * q + columns + 2 * config.IntermediateSize);
    }

    // What the backward reads of one layer; narrow: A x of each linear.
    private sealed record Kept(Buffer X, Buffer Mid, Buffer Qkv, Buffer GateUp, Buffer NarrowIn, Buffer NarrowOutput, Buffer NarrowGateUp, Buffer NarrowDown, Buffer InverseIn, Buffer InverseMid, Buffer LogSums);

    // The rows [First, First + Count) of one sequence.
    private readonly record struct Range(int First, int Count);

    public HandWrittenPass(Decoder decoder, AdapterMatrices matrices, double alpha)
    {
        (_decoder, _config, _matrices, _rank) = (decoder, decoder.Config, matrices, matrices.Rank);
        _scale = (float)(alpha / _rank);
        (_hidden, _wide, _queries) = (_config.HiddenSize, _config.IntermediateSize, _config.Heads * _config.HeadDim);
        _columns = _queries + 2 * _config.KeyValueHeads * _config.HeadDim;
        Buffer New(int width)
        {
            var buffer = new Buffer(width);
            _buffers.Add(buffer);
            return buffer;
        }
        _layers = [.. Enumerable.Range(0, _config.Layers).Select(_ => new Kept(New(_hidden), New(_hidden), New(_columns), New(2 * _wide), New(3 * _rank), New(_rank), New(2 * _rank), New(_rank), New(1), New(1), New(_config.Heads)))];
        (_normed, _mixed, _inner, _top) = (New(_hidden), New(_queries), New(_wide), New(_hidden));
        (_dx, _dxBelow, _dNormed, _dMixed, _dInner, _dQkv) = (New(_hidden), New(_hidden), New(_hidden), New(_queries), New(_wide), New(_columns));
    }

    /// <param name="sequences">Each with at least one scored token.</param>
    /// <returns>Of each sequence all B gradients in recipe order, each [out, r] row by row, alpha / r included, and the mean loss of its scored tokens.</returns>
    public (float[] Row, double Loss)[] Run(IReadOnlyList<TokenSequence> sequences)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        // An input ends before the last token, whose prediction needs no input of its own.
        var all = Ranges(sequences.Select(s => s.Ids.Length - 1));
        var scored = Ranges(sequences.Select(s => s.Kept));
        var places = sequences.SelectMany((s, e) => Enumerable.Range(1, s.Ids.Length - 1).Where(t => s.Scored[t]).Select(t => all[e].First + t - 1)).ToArray();
        Reserve(all[^1].First + all[^1].Count);

        Forward([.. sequences.SelectMany(s => s.Ids.SkipLast(1))], all, places);
        var losses = Head(sequences, scored, places.Length);
        var width = AdapterMatrices.Places(_config).Sum(p => (long)AdapterMatrices.Shape(_config, p.Linear).Out) * _rank;
        var rows = sequences.Select(_ => GC.AllocateUninitializedArray<float>(checked((int)width))).ToArray();
        using var targets = new RowTargets(rows, _config, _rank, _scale);
        Backward(all, scored, places, targets);
        return [.. rows.Zip(losses)];
    }

    private static Range[] Ranges(IEnumerable<int> counts)
    {
        var first = 0;
        return [.. counts.Select(n => new Range((first += n) - n, n))];
    }

    private void Reserve(int rows)
    {
        if (rows <= _capacity) return;
        foreach (var buffer in _buffers) buffer.Reserve(rows);
        _capacity = rows;
    }

    private void Forward(int[] ids, Range[] all, int[] places)
    {
        int count = ids.Length, longest = all.Max(r => r.Count);
        var (cos, sin) = _decoder.Rotary(longest);
        RowKernels.Gather(_decoder.Parameters.Embedding, ids, _layers[0].X.Rows(count));
        for (var i = 0; i < _layers.Length; i++)
        {
            using var scope = NewDisposeScope();
            var (p, kept, last) = (_decoder.Parameters.Layers[i], _layers[i], i == _layers.Length - 1);
            var x = kept.X.Rows(count);
            var normed = _normed.Rows(count);
            RowKernels.Norm(x, p.InputNorm, _config.RmsNormEps, normed, kept.InverseIn.Rows(count));
            var qkv = kept.Qkv.Rows(count);
            if (p.QueryKeyValueBias is { } bias) qkv.copy_(bias.unsqueeze(0).expand(count, _columns)).addmm_(normed, p.QueryKeyValue.t(), 1, 1);
            else qkv.addmm_(normed, p.QueryKeyValue.t(), 0, 1);
            Narrow(kept.NarrowIn.Rows(count), normed, i, Linear.Query, Linear.Key, Linear.Value);
            foreach (var range in all) RowKernels.Rotate(qkv.narrow(0, range.First, range.Count), _config.Heads + _config.KeyValueHeads, cos, sin, inverse: false);
            var mixed = _mixed.Rows(count);
            foreach (var range in all) Attend(qkv, range, mixed, kept.LogSums.Rows(count));

            // From here on every position is for itself: above the last attention only those that predict an answer token count.
            var rows = last ? places.Length : count;
            if (last) (mixed, x) = (RowKernels.Gather(mixed, places, _dMixed.Rows(rows)), RowKernels.Gather(x, places, _dx.Rows(rows)));
            Narrow(kept.NarrowOutput.Rows(rows), mixed, i, Linear.Output);
            var mid = kept.Mid.Rows(rows).copy_(x).addmm_(mixed, p.Output.t(), 1, 1);
            normed = _normed.Rows(rows);
            RowKernels.Norm(mid, p.PostAttentionNorm, _config.RmsNormEps, normed, kept.InverseMid.Rows(rows));
            var gateUp = kept.GateUp.Rows(rows).addmm_(normed, p.GateUp.t(), 0, 1);
            Narrow(kept.NarrowGateUp.Rows(rows), normed, i, Linear.Gate, Linear.Up);
            var inner = _inner.Rows(rows);
            RowKernels.SwiGlu(gateUp, inner);
            Narrow(kept.NarrowDown.Rows(rows), inner, i, Linear.Down);
            (last ? _top : _layers[i + 1].X).Rows(rows).copy_(mid).addmm_(inner, p.Down.t(), 1, 1);
        }
    }

    private void Narrow(Tensor into, Tensor x, int layer, params ReadOnlySpan<Linear> linears)
    {
        for (var i = 0; i < linears.Length; i++) into.narrow(1, i * _rank, _rank).addmm_(x, _matrices[layer, linears[i]].t(), 0, 1);
    }

    // Losses, and in _dx the gradient of the sum of their means at the last layer's output [scored rows, hidden].
    private double[] Head(IReadOnlyList<TokenSequence> sequences, Range[] scored, int count)
    {
        var targets = sequences.SelectMany(s => s.Ids.Where((_, t) => s.Scored[t])).ToArray();
        var weights = scored.SelectMany(r => Enumerable.Repeat(1f / r.Count, r.Count)).ToArray();
        var perToken = new double[count];
        var (top, normed, dNormed) = (_top.Rows(count), _normed.Rows(count), _dNormed.Rows(count));
        using var inverseTop = empty(count, 1);
        RowKernels.Norm(top, _decoder.Parameters.FinalNorm, _config.RmsNormEps, normed, inverseTop);
        for (var first = 0; first < count; first += HeadRows)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(HeadRows, count - first);
            var logits = normed.narrow(0, first, rows).mm(_decoder.Parameters.Head.t());
            RowKernels.CrossEntropy(logits, targets.AsMemory(first, rows), weights.AsMemory(first, rows), perToken.AsMemory(first, rows));
            dNormed.narrow(0, first, rows).addmm_(logits, _decoder.Parameters.Head, 0, 1);
        }
        var dx = _dx.Rows(count).zero_();
        RowKernels.AddNormBackward(dNormed, top, _decoder.Parameters.FinalNorm, inverseTop, dx);
        return [.. scored.Select(r => perToken.AsSpan(r.First, r.Count).ToArray().Average())];
    }

    private void Backward(Range[] all, Range[] scored, int[] places, RowTargets targets)
    {
        var count = all[^1].First + all[^1].Count;
        var (cos, sin) = _decoder.Rotary(all.Max(r => r.Count));
        var (dx, spare) = (_dx, _dxBelow);
        for (var i = _layers.Length - 1; i >= 0; i--)
        {
            using var scope = NewDisposeScope();
            var (p, kept, last) = (_decoder.Parameters.Layers[i], _layers[i], i == _layers.Length - 1);
            var rows = last ? places.Length : count;
            var ranges = last ? scored : all;
            var d = dx.Rows(rows);
            targets.Add(i, Linear.Down, d, kept.NarrowDown.Rows(rows), ranges);
            var dInner = _dInner.Rows(rows).addmm_(d, p.Down, 0, 1);
            var dGateUp = kept.GateUp.Rows(rows);
            RowKernels.SwiGluBackward(dGateUp, dInner);
            var narrow = kept.NarrowGateUp.Rows(rows);
            targets.Add(i, Linear.Gate, dGateUp.narrow(1, 0, _wide), narrow.narrow(1, 0, _rank), ranges);
            targets.Add(i, Linear.Up, dGateUp.narrow(1, _wide, _wide), narrow.narrow(1, _rank, _rank), ranges);
            var dNormed = _dNormed.Rows(rows).addmm_(dGateUp, p.GateUp, 0, 1);
            RowKernels.AddNormBackward(dNormed, kept.Mid.Rows(rows), p.PostAttentionNorm, kept.InverseMid.Rows(rows), d);
            targets.Add(i, Linear.Output, d, kept.NarrowOutput.Rows(rows), ranges);
            var dMixed = _dMixed.Rows(rows).addmm_(d, p.Output, 0, 1);
            if (last)
            {
                dMixed = RowKernels.Scatter(dMixed, places, _mixed.Rows(count));
                d = RowKernels.Scatter(d, places, spare.Rows(count));
                (dx, spare) = (spare, dx);
            }
            var dQkv = _dQkv.Rows(count);
            foreach (var range in all)
            {
                AttendBackward(kept.Qkv.Rows(count), range, kept.LogSums.Rows(count), dMixed, dQkv);
                RowKernels.Rotate(dQkv.narrow(0, range.First, range.Count), _config.Heads + _config.KeyValueHeads, cos, sin, inverse: true);
            }
            narrow = kept.NarrowIn.Rows(count);
            targets.Add(i, Linear.Query, dQkv.narrow(1, 0, _queries), narrow.narrow(1, 0, _rank), all);
            var keys = (_columns - _queries) / 2;
            targets.Add(i, Linear.Key, dQkv.narrow(1, _queries, keys), narrow.narrow(1, _rank, _rank), all);
            targets.Add(i, Linear.Value, dQkv.narrow(1, _queries + keys, keys), narrow.narrow(1, 2 * _rank, _rank), all);
            if (i == 0) break;
            dNormed = _dNormed.Rows(count).addmm_(dQkv, p.QueryKeyValue, 0, 1);
            RowKernels.AddNormBackward(dNormed, kept.X.Rows(count), p.InputNorm, kept.InverseIn.Rows(count), d);
        }
    }

    private float AttentionScale => (float)(1 / Math.Sqrt(_config.HeadDim));

    // Of one sequence: rotated queries, keys and values [heads, time, head_dim]; keys and values once for each query head.
    private (Tensor Q, Tensor K, Tensor V) Heads(Tensor qkv, Range range)
    {
        int heads = _config.Heads, kv = _config.KeyValueHeads, width = _config.HeadDim;
        var own = qkv.narrow(0, range.First, range.Count).view(range.Count, heads + 2 * kv, width).transpose(0, 1);
        Tensor PerHead(Tensor t) => heads == kv ? t : t.unsqueeze(1).expand(kv, heads / kv, range.Count, width).reshape(heads, range.Count, width);
        return (own.narrow(0, 0, heads), PerHead(own.narrow(0, heads, kv)), PerHead(own.narrow(0, heads + kv, kv)));
    }

    // Queries a block at a time: a block sees the keys up to its end, so that little is computed that causality hides, and no [time, time] is stored.
    private static IEnumerable<(int First, int Count, int Keys)> Blocks(int time)
    {
        var blocks = (time + QueryBlock - 1) / QueryBlock;
        for (var b = 0; b < blocks; b++)
        {
            int first = time * b / blocks, end = time * (b + 1) / blocks;
            yield return (first, end - first, end);
        }
    }

    private void Attend(Tensor qkv, Range range, Tensor mixed, Tensor logSums)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = Heads(qkv, range);
        var (to, sums) = (PerHead(mixed, range), logSums.narrow(0, range.First, range.Count));
        foreach (var (first, count, keys) in Blocks(range.Count))
        {
            using var inner = NewDisposeScope();
            var weights = q.narrow(1, first, count).bmm(k.narrow(1, 0, keys).transpose(1, 2));
            RowKernels.CausalSoftmax(weights, first, AttentionScale, sums, known: false);
            to.narrow(1, first, count).copy_(weights.bmm(v.narrow(1, 0, keys)));
        }
    }

    private void AttendBackward(Tensor qkv, Range range, Tensor logSums, Tensor dMixed, Tensor dQkv)
    {
        using var scope = NewDisposeScope();
        int heads = _config.Heads, kv = _config.KeyValueHeads, width = _config.HeadDim;
        var (q, k, v) = Heads(qkv, range);
        var (dOut, sums) = (PerHead(dMixed, range), logSums.narrow(0, range.First, range.Count));
        var target = dQkv.narrow(0, range.First, range.Count).view(range.Count, heads + 2 * kv, width).transpose(0, 1);
        var (dKeys, dValues) = (zeros(heads, range.Count, width), zeros(heads, range.Count, width));
        foreach (var (first, count, keys) in Blocks(range.Count))
        {
            using var inner = NewDisposeScope();
            var (queries, seen, dBlock) = (q.narrow(1, first, count), k.narrow(1, 0, keys), dOut.narrow(1, first, count));
            var weights = queries.bmm(seen.transpose(1, 2));
            RowKernels.CausalSoftmax(weights, first, AttentionScale, sums, known: true);
            var dWeights = dBlock.bmm(v.narrow(1, 0, keys).transpose(1, 2));
            dValues.narrow(1, 0, keys).add_(weights.transpose(1, 2).bmm(dBlock), Operand.One);
            RowKernels.SoftmaxBackward(weights, dWeights, first, AttentionScale);
            target.narrow(0, 0, heads).narrow(1, first, count).copy_(dWeights.bmm(seen));
            dKeys.narrow(1, 0, keys).add_(dWeights.transpose(1, 2).bmm(queries), Operand.One);
        }
        Tensor Summed(Tensor t) => heads == kv ? t : t.view(kv, heads / kv, range.Count, width).sum(1);
        target.narrow(0, heads, kv).copy_(Summed(dKeys));
        target.narrow(0, heads + kv, kv).copy_(Summed(dValues));
    }

    private Tensor PerHead(Tensor mixed, Range range) => mixed.narrow(0, range.First, range.Count).view(range.Count, _config.Heads, _config.HeadDim).transpose(0, 1);

    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
    }

    // A matrix whose first rows are in use.
    private sealed class Buffer(int width) : IDisposable
    {
        private Tensor? _all;

        public void Reserve(int rows)
        {
            _all?.Dispose();
            _all = empty([rows, width], dtype: float32).DetachFromDisposeScope();
        }

        public Tensor Rows(int count) => _all!.narrow(0, 0, count);

        public void Dispose() => _all?.Dispose();
    }

    // The sequences' rows as matrices [out, r] of libtorch, which writes the products straight into the managed arrays.
    private sealed class RowTargets : IDisposable
    {
        private readonly Tensor[] _rows;
        private readonly long[] _offsets;
        private readonly int[] _widths;
        private readonly int _rank;
        private readonly float _scale;

        public RowTargets(float[][] rows, ModelConfig config, int rank, float scale)
        {
            (_rank, _scale) = (rank, scale);
            _widths = [.. AdapterMatrices.Places(config).Select(p => AdapterMatrices.Shape(config, p.Linear).Out)];
            _offsets = new long[_widths.Length];
            for (var i = 1; i < _offsets.Length; i++) _offsets[i] = _offsets[i - 1] + (long)_widths[i - 1] * rank;
            _rows = [.. rows.Select(r => frombuffer(r, float32).DetachFromDisposeScope())];
        }

        public void Add(int layer, Linear linear, Tensor gradient, Tensor narrow, Range[] ranges)
        {
            using var scope = NewDisposeScope();
            var place = layer * 7 + (int)linear;
            for (var e = 0; e < _rows.Length; e++)
                _rows[e].narrow(0, _offsets[place], (long)_widths[place] * _rank).view(_widths[place], _rank)
                    .addmm_(gradient.narrow(0, ranges[e].First, ranges[e].Count).t(), narrow.narrow(0, ranges[e].First, ranges[e].Count), 0, _scale);
        }

        public void Dispose()
        {
            foreach (var row in _rows) row.Dispose();
        }
    }
}
