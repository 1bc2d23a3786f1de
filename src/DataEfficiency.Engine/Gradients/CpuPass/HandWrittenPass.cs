// Forward and backward of the decoder written out by hand, for gradient rows on the CPU (method section 4). Sequences stand one behind the other without padding, behind the
// prefix that all of them share: it goes forward once, and not again where the call before began with it; backward once for each (PassPlan). Buffers are allocated once; kept
// is only what the backward reads; attention weights are computed again; the last layer goes on at the positions that predict an answer token only; below the first layer's
// linears nothing is computed; rows are written in place, in the precision they are kept in. Matrix products are libtorch's, everything between them is one pass over a row in cache (RowKernels). Autograd
// through the decoder is its oracle in the tests.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients.CpuPass;

/// <summary>All B gradients of a few sequences at once, in float32 on the CPU.</summary>
internal sealed class HandWrittenPass : IDisposable
{
    // Logit rows at a time: bounds [rows, vocabulary] for long answers.
    private const int HeadRows = 64;

    // The library sums a vocabulary of 49,152 for a few rows in one chain, which is off by 6e-5 (measured; 2e-6 block by block).
    private const int HeadColumns = 2048;

    private readonly ModelSession _session;
    private readonly Decoder _decoder;
    private readonly ModelConfig _config;
    private readonly AdapterMatrices _matrices;
    private readonly RowLayout _layout;
    private readonly CausalAttention _attention;
    private readonly float _scale;
    private readonly int _rank, _hidden, _wide, _queries, _columns;
    private readonly Kept[] _layers;
    private readonly Buffer _normed, _mixed, _inner, _top;
    private readonly Buffer _dx, _dxBelow, _dNormed, _dMixed, _dMixedBelow, _dInner, _dGateUp, _dQkv, _narrow;
    private readonly List<Buffer> _buffers = [];

    // Ids of the call before whose activations stand in the first forward rows, and the version of the weights that they are of.
    private int[] _standing = [];
    private string _standingVersion = "";

    /// <summary>Bytes that one position of a forward pass needs, and one of a backward pass.</summary>
    public static (long Forward, long Backward) BytesPerPosition(ModelConfig config, int rank)
    {
        int hidden = config.HiddenSize, wide = config.IntermediateSize, q = config.Heads * config.HeadDim, columns = q + 2 * config.KeyValueHeads * config.HeadDim;
        return (sizeof(float) * ((long)config.Layers * (2 * hidden + columns + 2 * wide + 7 * rank + config.Heads + 2) + 2 * hidden + q + wide), sizeof(float) * (3L * hidden + 2 * q + 3 * wide + columns + 3 * rank));
    }

    // What the backward reads of one layer; narrow: A x of each linear.
    private sealed record Kept(Buffer X, Buffer Mid, Buffer Qkv, Buffer GateUp, Buffer NarrowIn, Buffer NarrowOutput, Buffer NarrowGateUp, Buffer NarrowDown, Buffer InverseIn, Buffer InverseMid, Buffer LogSums);

    public HandWrittenPass(ModelSession session, AdapterMatrices matrices, RowLayout layout, double alpha)
    {
        (_session, _decoder, _config, _matrices, _layout, _rank) = (session, session.Decoder, session.Decoder.Config, matrices, layout, matrices.Rank);
        _scale = (float)(alpha / _rank);
        (_hidden, _wide, _queries) = (_config.HiddenSize, _config.IntermediateSize, _config.Heads * _config.HeadDim);
        _columns = _queries + 2 * _config.KeyValueHeads * _config.HeadDim;
        _attention = new CausalAttention(_config.Heads, _config.KeyValueHeads, _config.HeadDim);
        Buffer New(int width)
        {
            var buffer = new Buffer(width);
            _buffers.Add(buffer);
            return buffer;
        }
        _layers = [.. Enumerable.Range(0, _config.Layers).Select(_ => new Kept(New(_hidden), New(_hidden), New(_columns), New(2 * _wide), New(3 * _rank), New(_rank), New(2 * _rank), New(_rank), New(1), New(1), New(_config.Heads)))];
        (_normed, _mixed, _inner, _top) = (New(_hidden), New(_queries), New(_wide), New(_hidden));
        (_dx, _dxBelow, _dNormed, _dMixed, _dMixedBelow) = (New(_hidden), New(_hidden), New(_hidden), New(_queries), New(_queries));
        (_dInner, _dGateUp, _dQkv, _narrow) = (New(_wide), New(2 * _wide), New(_columns), New(3 * _rank));
    }

    /// <param name="sequences">Each with at least one scored token.</param>
    public GradientRow[] Run(IReadOnlyList<TokenSequence> sequences, bool half)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var plan = new PassPlan(sequences, _standingVersion == _session.Version ? _standing : []);
        _standing = [];
        Forward(plan);
        (_standing, _standingVersion) = (sequences[0].Ids[..^1], _session.Version);
        var losses = Head(sequences, plan.Scored, plan.ScoredForward.Length);
        var targets = new RowTargets(sequences.Count, _layout, _scale, half);
        Backward(plan, targets);
        return [.. targets.Rows.Zip(targets.Norms, losses).Select(r => new GradientRow(r.First, r.Second, r.Third))];
    }

    private void Forward(PassPlan plan)
    {
        int count = plan.ForwardRows, first = plan.Reused, fresh = count - first;
        var (cos, sin) = _decoder.Rotary(plan.Longest);
        Tensor Fresh(Buffer buffer) => buffer.Rows(count).narrow(0, first, fresh);
        RowRange[] blocks = plan.Prefix > first ? [new RowRange(first, plan.Prefix - first), .. plan.Own] : plan.Own;
        RowKernels.Gather(_decoder.Parameters.Embedding, plan.Ids[first..], Fresh(_layers[0].X));
        for (var i = 0; i < _layers.Length; i++)
        {
            using var scope = NewDisposeScope();
            var (p, kept, last) = (_decoder.Parameters.Layers[i], _layers[i], i == _layers.Length - 1);
            var normed = Fresh(_normed);
            RowKernels.Norm(Fresh(kept.X), p.InputNorm, _config.RmsNormEps, normed, Fresh(kept.InverseIn));
            var qkv = Product(normed, p.QueryKeyValue, p.QueryKeyValueBias, Fresh(kept.Qkv));
            Narrow(Fresh(kept.NarrowIn), normed, i, Linear.Query, Linear.Key, Linear.Value);
            qkv = kept.Qkv.Rows(count);
            foreach (var own in blocks)
            {
                // Each block comes behind the rows above it that it sees: its own sequence's beginning.
                var before = Math.Min(own.First, plan.Prefix);
                RowKernels.Rotate(qkv.narrow(0, own.First, own.Count), _config.Heads + _config.KeyValueHeads, cos.narrow(0, before, own.Count), sin.narrow(0, before, own.Count), inverse: false);
            }
            _attention.Forward(new(qkv), plan.Prefix, blocks, new(_mixed.Rows(count)), new(kept.LogSums.Rows(count)), _config.Sight(i));

            // From here on every position is for itself: above the last attention only those that predict an answer token count.
            Tensor Upper(Buffer buffer) => last ? buffer.Rows(plan.ScoredForward.Length) : Fresh(buffer);
            var (mixed, x) = (Fresh(_mixed), Fresh(kept.X));
            if (last) (mixed, x) = (RowKernels.Gather(_mixed.All, plan.ScoredForward, Upper(_dMixed)), RowKernels.Gather(kept.X.All, plan.ScoredForward, Upper(_dx)));
            Narrow(Upper(kept.NarrowOutput), mixed, i, Linear.Output);
            var mid = AddProduct(mixed, p.Output, p.OutputBias, Upper(kept.Mid).copy_(x));
            normed = Upper(_normed);
            RowKernels.Norm(mid, p.PostAttentionNorm, _config.RmsNormEps, normed, Upper(kept.InverseMid));
            var gateUp = Product(normed, p.GateUp, p.GateUpBias, Upper(kept.GateUp));
            Narrow(Upper(kept.NarrowGateUp), normed, i, Linear.Gate, Linear.Up);
            var inner = Upper(_inner);
            RowKernels.SwiGlu(gateUp, inner);
            Narrow(Upper(kept.NarrowDown), inner, i, Linear.Down);
            AddProduct(inner, p.Down, p.DownBias, Upper(last ? _top : _layers[i + 1].X).copy_(mid));
        }
    }

    // into = x W^T + b
    private static Tensor Product(Tensor x, Tensor weight, Tensor? bias, Tensor into) =>
        bias is null ? into.addmm_(x, weight.t(), 0, 1) : into.copy_(bias.unsqueeze(0).expand(into.shape)).addmm_(x, weight.t(), 1, 1);

    // sum += x W^T + b
    private static Tensor AddProduct(Tensor x, Tensor weight, Tensor? bias, Tensor sum) => (bias is null ? sum : sum.add_(bias, Operand.One)).addmm_(x, weight.t(), 1, 1);

    private void Narrow(Tensor into, Tensor x, int layer, params ReadOnlySpan<Linear> linears)
    {
        for (var i = 0; i < linears.Length; i++) into.narrow(1, i * _rank, _rank).addmm_(x, _matrices[layer, linears[i]].t(), 0, 1);
    }

    // Losses, and in _dx the gradient of the sum of their means at the last layer's output [scored rows, hidden].
    private double[] Head(IReadOnlyList<TokenSequence> sequences, RowRange[] scored, int count)
    {
        var targets = sequences.SelectMany(s => s.Ids.Where((_, t) => s.Scored[t])).ToArray();
        var weights = scored.SelectMany(r => Enumerable.Repeat(1f / r.Count, r.Count)).ToArray();
        var perToken = new double[count];
        var (top, normed, dNormed) = (_top.Rows(count), _normed.Rows(count), _dNormed.Rows(count));
        var vocabulary = _config.VocabularySize;
        using var inverseTop = empty(count, 1);
        RowKernels.Norm(top, _decoder.Parameters.FinalNorm, _config.RmsNormEps, normed, inverseTop);
        for (var first = 0; first < count; first += HeadRows)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(HeadRows, count - first);
            var logits = normed.narrow(0, first, rows).mm(_decoder.Parameters.Head.t());
            RowKernels.CrossEntropy(logits, targets.AsMemory(first, rows), weights.AsMemory(first, rows), perToken.AsMemory(first, rows));
            var d = dNormed.narrow(0, first, rows).zero_();
            for (var v = 0; v < vocabulary; v += HeadColumns)
            {
                var columns = Math.Min(HeadColumns, vocabulary - v);
                d.add_(logits.narrow(1, v, columns).mm(_decoder.Parameters.Head.narrow(0, v, columns)), Operand.One);
            }
        }
        var dx = _dx.Rows(count).zero_();
        RowKernels.AddNormBackward(dNormed, top, [.. Enumerable.Range(0, count)], _decoder.Parameters.FinalNorm, inverseTop, dx);
        return [.. scored.Select(r => perToken.AsSpan(r.First, r.Count).ToArray().Average())];
    }

    private void Backward(PassPlan plan, RowTargets targets)
    {
        var (cos, sin) = _decoder.Rotary(plan.Longest);
        var count = plan.BackwardRows;
        var (dx, spare) = (_dx, _dxBelow);
        for (var i = _layers.Length - 1; i >= 0; i--)
        {
            using var scope = NewDisposeScope();
            var (p, kept, last) = (_decoder.Parameters.Layers[i], _layers[i], i == _layers.Length - 1);
            // Above the last attention forward and backward rows are the same few.
            var places = last ? [.. Enumerable.Range(0, plan.ScoredForward.Length)] : plan.Places;
            var rows = places.Length;
            var ranges = last ? plan.Scored : plan.Whole;
            FloatMatrix Gathered(Buffer narrow) => new(RowKernels.Gather(narrow.All, places, _narrow.Rows(rows, narrow.Width)));
            var d = dx.Rows(rows);
            targets.Add(i, Linear.Down, new(d), Gathered(kept.NarrowDown), ranges);
            var dInner = _dInner.Rows(rows).addmm_(d, p.Down, 0, 1);
            var dGateUp = _dGateUp.Rows(rows);
            RowKernels.SwiGluBackward(kept.GateUp.All, places, dInner, dGateUp);
            var narrow = Gathered(kept.NarrowGateUp);
            var gradient = new FloatMatrix(dGateUp);
            targets.Add(i, Linear.Gate, gradient.Columns(0, _wide), narrow.Columns(0, _rank), ranges);
            targets.Add(i, Linear.Up, gradient.Columns(_wide, _wide), narrow.Columns(_rank, _rank), ranges);
            var dNormed = _dNormed.Rows(rows).addmm_(dGateUp, p.GateUp, 0, 1);
            RowKernels.AddNormBackward(dNormed, kept.Mid.All, places, p.PostAttentionNorm, kept.InverseMid.All, d);
            targets.Add(i, Linear.Output, new(d), Gathered(kept.NarrowOutput), ranges);
            var dMixed = _dMixed.Rows(rows).addmm_(d, p.Output, 0, 1);
            if (last)
            {
                dMixed = RowKernels.Scatter(dMixed, plan.ScoredBackward, _dMixedBelow.Rows(count));
                d = RowKernels.Scatter(d, plan.ScoredBackward, spare.Rows(count));
                (dx, spare) = (spare, dx);
            }
            var dQkv = _dQkv.Rows(count);
            _attention.Backward(new(kept.Qkv.All), new(kept.LogSums.All), plan.Prefix, plan.Own, plan.Whole, new(dMixed), new(dQkv), _config.Sight(i));
            foreach (var whole in plan.Whole) RowKernels.Rotate(dQkv.narrow(0, whole.First, whole.Count), _config.Heads + _config.KeyValueHeads, cos, sin, inverse: true);
            (places, rows) = (plan.Places, count);
            narrow = Gathered(kept.NarrowIn);
            gradient = new FloatMatrix(dQkv);
            targets.Add(i, Linear.Query, gradient.Columns(0, _queries), narrow.Columns(0, _rank), plan.Whole);
            var keys = (_columns - _queries) / 2;
            targets.Add(i, Linear.Key, gradient.Columns(_queries, keys), narrow.Columns(_rank, _rank), plan.Whole);
            targets.Add(i, Linear.Value, gradient.Columns(_queries + keys, keys), narrow.Columns(2 * _rank, _rank), plan.Whole);
            if (i == 0) break;
            dNormed = _dNormed.Rows(count).addmm_(dQkv, p.QueryKeyValue, 0, 1);
            RowKernels.AddNormBackward(dNormed, kept.X.All, places, p.InputNorm, kept.InverseIn.All, d);
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
    }

    // A matrix whose first rows are in use; it grows on demand.
    private sealed class Buffer(int width) : IDisposable
    {
        private Tensor? _memory, _all;

        public int Width => width;

        public Tensor All => _all!;

        public Tensor Rows(int count)
        {
            if (_all is null || _all.shape[0] < count)
            {
                // A product may read a little beyond its operand's last value. What was there stays in use where there is no memory for more.
                var memory = empty((long)count * width + StripProduct.Piece, dtype: float32).DetachFromDisposeScope();
                var all = memory.narrow(0, 0, (long)count * width).view(count, width).DetachFromDisposeScope();
                if (_all is not null) all.narrow(0, 0, _all.shape[0]).copy_(_all);
                Dispose();
                (_memory, _all) = (memory, all);
            }
            return _all.narrow(0, 0, count);
        }

        // The same memory as a contiguous matrix of fewer columns.
        public Tensor Rows(int count, int columns) => Rows(count).view(-1).narrow(0, 0, (long)count * columns).view(count, columns);

        public void Dispose()
        {
            _all?.Dispose();
            _memory?.Dispose();
        }
    }
}
