// Forward and backward of the decoder written out by hand, for gradient rows on the CPU (method section 4). Sequences stand one behind the
// other without padding, behind the prefix that all of them share: it goes forward once, and not again where the call before began with it;
// backward once for each (PassPlan). Buffers are allocated once; what a long example needed goes back after it. Attention weights are
// computed again; the last layer goes on at the positions that predict an answer token only; below the first layer's linears nothing is
// computed; rows are written in place, in the precision they are stored in. Matrix products are libtorch's, everything between them is one
// pass over a row in cache (RowKernels). Autograd through the decoder is its oracle in the tests.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Models.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients.CpuPass;

/// <summary>All B gradients of a few sequences at once, in float32 on the CPU.</summary>
/// <param name="available">Bytes of memory that there are; by default as the system says.</param>
internal sealed class HandWrittenPass(ModelSession session, AdapterMatrices matrices, RowLayout layout, double alpha,
    Func<long>? available = null) : IGradientPass
{
    /// <summary>What a pass of several examples takes at most, and what stays allocated after one.</summary>
    public const long UsualBytes = 320L << 20;

    private const int MostPositions = 4096;

    private readonly Decoder _decoder = session.Decoder;
    private readonly ModelConfig _config = session.Decoder.Config;
    private readonly PassBuffers _buffers = new(session.Decoder.Config, matrices.Rank);
    private readonly Scratch _scratch = new();
    private readonly LossHead _head = new(session.Decoder);
    private readonly int _rank = matrices.Rank;
    private CausalAttention? _attention;

    // Ids of the call before whose activations stand in the first forward rows, and the version of the weights that they are of.
    private int[] _standing = [];
    private string _standingVersion = "";
    private bool _isRunning;

    private CausalAttention Attention => _attention ??= new(_config.Heads, _config.KeyValueHeads, _config.HeadDim, _scratch);

    /// <summary>Bytes held between two passes.</summary>
    public long HeldBytes => _buffers.Bytes + _scratch.Bytes;

    public long BytesOf(PassSize size) => _buffers.BytesOf(size.Forward, size.Backward) + _head.BytesOf(size.Scored)
        + sizeof(float) * (get_num_threads() * Attention.BackwardFloats(size.Longest) + 2L * size.Longest * _config.HeadDim);

    public long AvailableBytes => HeldBytes + (available ?? AvailableMemory.OfTheSystem)();

    // Beside a batch that waits, giving way, there is so much less.
    public bool Fits(PassSize size) =>
        Math.Max(size.Forward, size.Backward) <= MostPositions && BytesOf(size) <= UsualBytes - _decoder.CacheBytes;

    public GradientRow[] Run(IReadOnlyList<TokenSequence> sequences, bool half, GiveWay giveWay)
    {
        if (_isRunning)
            throw new InvalidOperationException("A row waits in the middle of this pass, giving way: no other can be computed with it.");
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        _isRunning = true;
        try
        {
            var plan = new PassPlan(sequences, _standingVersion == session.Version ? _standing : []);
            _standing = [];
            Forward(plan, giveWay);
            (_standing, _standingVersion) = (sequences[0].Ids[..^1], session.Version);
            var losses = _head.Run(sequences, plan.Scored, plan.ScoredForward.Length, _buffers);
            // the head leaves them there, the way back does not
            var normed = _buffers.Normed.Rows(plan.ScoredForward.Length);
            float[][] states = [.. plan.Scored.Select(r => normed[r.First].data<float>().ToArray())];
            var targets = new RowTargets(sequences.Count, layout, (float)(alpha / _rank), half, _scratch);
            Backward(plan, targets, giveWay);
            return [.. targets.Rows.Zip(targets.Norms, losses).Zip(states)
                .Select(r => new GradientRow(r.First.First, r.First.Second, r.First.Third, r.Second))];
        }
        finally
        {
            _isRunning = false;
            if (HeldBytes > UsualBytes) Release();
        }
    }

    private void Release()
    {
        _standing = [];
        _buffers.Release();
        _scratch.Clear();
    }

    private void Forward(PassPlan plan, GiveWay giveWay)
    {
        int count = plan.ForwardRows, first = plan.Reused, fresh = count - first;
        var (cos, sin) = _decoder.Rotary(plan.Longest);
        Tensor Fresh(PassBuffer buffer) => buffer.Rows(count).narrow(0, first, fresh);
        RowRange[] blocks = plan.Prefix > first ? [new RowRange(first, plan.Prefix - first), .. plan.Own] : plan.Own;
        RowKernels.Gather(_decoder.Parameters.Embedding, plan.Ids[first..], Fresh(_buffers.Layers[0].X));
        for (var i = 0; i < _config.Layers; i++)
        {
            giveWay.Point();
            using var scope = NewDisposeScope();
            var (p, layer, last) = (_decoder.Parameters.Layers[i], _buffers.Layers[i], i == _config.Layers - 1);
            var normed = Fresh(_buffers.Normed);
            RowKernels.Norm(Fresh(layer.X), p.InputNorm, _config.RmsNormEps, normed, Fresh(layer.InverseIn));
            var qkv = Product(normed, p.QueryKeyValue, p.QueryKeyValueBias, Fresh(layer.Qkv));
            Narrow(Fresh(layer.NarrowIn), normed, i, Linear.Query, Linear.Key, Linear.Value);
            qkv = layer.Qkv.Rows(count);
            foreach (var own in blocks)
            {
                // Each block comes behind the rows above it that it sees: its own sequence's beginning.
                var before = Math.Min(own.First, plan.Prefix);
                RowKernels.Rotate(qkv.narrow(0, own.First, own.Count), _config.Heads + _config.KeyValueHeads,
                    cos.narrow(0, before, own.Count), sin.narrow(0, before, own.Count), inverse: false);
            }
            FloatMatrix all = new(_buffers.Mixed.Rows(count)), logSums = new(layer.LogSums.Rows(count));
            Attention.Forward(new(qkv), plan.Prefix, blocks, all, logSums, _config.Sight(i));

            // From here on every position is for itself: above the last attention only those that predict an answer token count.
            Tensor Upper(PassBuffer buffer) => last ? buffer.Rows(plan.ScoredForward.Length) : Fresh(buffer);
            var (mixed, x) = (Fresh(_buffers.Mixed), Fresh(layer.X));
            if (last)
            {
                mixed = RowKernels.Gather(_buffers.Mixed.All, plan.ScoredForward, Upper(_buffers.DMixed));
                x = RowKernels.Gather(layer.X.All, plan.ScoredForward, Upper(_buffers.Dx));
            }
            Narrow(Upper(layer.NarrowOutput), mixed, i, Linear.Output);
            var mid = AddProduct(mixed, p.Output, p.OutputBias, Upper(layer.Mid).copy_(x));
            normed = Upper(_buffers.Normed);
            RowKernels.Norm(mid, p.PostAttentionNorm, _config.RmsNormEps, normed, Upper(layer.InverseMid));
            var gateUp = Product(normed, p.GateUp, p.GateUpBias, Upper(layer.GateUp));
            Narrow(Upper(layer.NarrowGateUp), normed, i, Linear.Gate, Linear.Up);
            var inner = Upper(_buffers.Inner);
            RowKernels.SwiGlu(gateUp, inner);
            Narrow(Upper(layer.NarrowDown), inner, i, Linear.Down);
            AddProduct(inner, p.Down, p.DownBias, Upper(last ? _buffers.Top : _buffers.Layers[i + 1].X).copy_(mid));
        }
    }

    // into = x W^T + b
    private static Tensor Product(Tensor x, Tensor weight, Tensor? bias, Tensor into) => bias is null
        ? into.addmm_(x, weight.t(), 0, 1)
        : into.copy_(bias.unsqueeze(0).expand(into.shape)).addmm_(x, weight.t(), 1, 1);

    // sum += x W^T + b
    private static Tensor AddProduct(Tensor x, Tensor weight, Tensor? bias, Tensor sum) =>
        (bias is null ? sum : sum.add_(bias, Operand.One)).addmm_(x, weight.t(), 1, 1);

    private void Narrow(Tensor into, Tensor x, int layer, params ReadOnlySpan<Linear> linears)
    {
        for (var i = 0; i < linears.Length; i++) into.narrow(1, i * _rank, _rank).addmm_(x, matrices[layer, linears[i]].t(), 0, 1);
    }

    private void Backward(PassPlan plan, RowTargets targets, GiveWay giveWay)
    {
        var (cos, sin) = _decoder.Rotary(plan.Longest);
        var (hidden, wide, queries, columns) = PassBuffers.Widths(_config);
        var (count, keys) = (plan.BackwardRows, (columns - queries) / 2);
        var (dx, spare) = (_buffers.Dx, _buffers.DxBelow);
        for (var i = _config.Layers - 1; i >= 0; i--)
        {
            giveWay.Point();
            using var scope = NewDisposeScope();
            var (p, layer, last) = (_decoder.Parameters.Layers[i], _buffers.Layers[i], i == _config.Layers - 1);
            // Above the last attention forward and backward rows are the same few.
            var forward = last ? [.. Enumerable.Range(0, plan.ScoredForward.Length)] : plan.ForwardRowOf;
            var rows = forward.Length;
            var ranges = last ? plan.Scored : plan.Whole;
            FloatMatrix Gathered(PassBuffer from) => new(RowKernels.Gather(from.All, forward, _buffers.Narrow.Rows(rows, from.Width)));
            var d = dx.Rows(rows);
            targets.Add(i, Linear.Down, new(d), Gathered(layer.NarrowDown), ranges);
            var dInner = _buffers.DInner.Rows(rows).addmm_(d, p.Down, 0, 1);
            var dGateUp = _buffers.DGateUp.Rows(rows);
            RowKernels.SwiGluBackward(layer.GateUp.All, forward, dInner, dGateUp);
            var narrow = Gathered(layer.NarrowGateUp);
            var gradient = new FloatMatrix(dGateUp);
            targets.Add(i, Linear.Gate, gradient.Columns(0, wide), narrow.Columns(0, _rank), ranges);
            targets.Add(i, Linear.Up, gradient.Columns(wide, wide), narrow.Columns(_rank, _rank), ranges);
            var dNormed = _buffers.DNormed.Rows(rows).addmm_(dGateUp, p.GateUp, 0, 1);
            RowKernels.AddNormBackward(dNormed, layer.Mid.All, forward, p.PostAttentionNorm, layer.InverseMid.All, d);
            targets.Add(i, Linear.Output, new(d), Gathered(layer.NarrowOutput), ranges);
            var dMixed = _buffers.DMixed.Rows(rows).addmm_(d, p.Output, 0, 1);
            if (last)
            {
                dMixed = RowKernels.Scatter(dMixed, plan.ScoredBackward, _buffers.DMixedBelow.Rows(count));
                d = RowKernels.Scatter(d, plan.ScoredBackward, spare.Rows(count));
                (dx, spare) = (spare, dx);
            }
            var dQkv = _buffers.DQkv.Rows(count);
            Attention.Backward(new(layer.Qkv.All), new(layer.LogSums.All), plan.Prefix, plan.Own, plan.Whole, new(dMixed), new(dQkv),
                _config.Sight(i));
            foreach (var whole in plan.Whole)
                RowKernels.Rotate(dQkv.narrow(0, whole.First, whole.Count), _config.Heads + _config.KeyValueHeads, cos, sin, inverse: true);
            (forward, rows) = (plan.ForwardRowOf, count);
            narrow = Gathered(layer.NarrowIn);
            gradient = new FloatMatrix(dQkv);
            targets.Add(i, Linear.Query, gradient.Columns(0, queries), narrow.Columns(0, _rank), plan.Whole);
            targets.Add(i, Linear.Key, gradient.Columns(queries, keys), narrow.Columns(_rank, _rank), plan.Whole);
            targets.Add(i, Linear.Value, gradient.Columns(queries + keys, keys), narrow.Columns(2 * _rank, _rank), plan.Whole);
            if (i == 0) break;
            dNormed = _buffers.DNormed.Rows(count).addmm_(dQkv, p.QueryKeyValue, 0, 1);
            RowKernels.AddNormBackward(dNormed, layer.X.All, forward, p.InputNorm, layer.InverseIn.All, d);
        }
    }

    public void Dispose() => Release();
}
