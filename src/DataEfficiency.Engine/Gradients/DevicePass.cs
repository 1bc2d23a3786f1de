// The rows of a batch on any device and in any type, in a padded batch, with the way back written out: where a graph of the whole layer
// costs a GPU more time to follow than its products take, here each linear goes forward as one product with its neighbours, the norms have
// their derivative, and only attention and SwiGLU are small graphs of their own, because the library's way back is one operation of the
// device. A x is taken on the way forth; one float32 product of it with dL/dy gives a part of the rows of all examples at once (method
// section 4). AutogradPass is its oracle in the tests.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DataEfficiency.Engine.Gradients;

/// <summary>All B gradients of a batch without an adapter.</summary>
internal sealed class DevicePass(ModelSession session, AdapterMatrices matrices, RowLayout layout, double alpha,
    Func<long>? available = null) : SinkPass(session, matrices, layout, available)
{
    /// <summary>What a layer stores for the way back. x, mid [n, hidden] in front of the norms, with the inverses [n, 1] of their lengths;
    /// what goes into attention [batch, time, heads, width] and comes out [batch, time, queries]; gate, up and their product [n, wide]; of
    /// each linear A x [n, r].</summary>
    private sealed record Layer(Tensor X, Tensor Inverse, Tensor Rotated, Tensor Values, Tensor Mixed, Tensor Mid, Tensor InverseMid,
        Tensor Gate, Tensor Up, Tensor Inner, Tensor[] Narrow) : IDisposable
    {
        public Tensor[] All => [X, Inverse, Rotated, Values, Mixed, Mid, InverseMid, Gate, Up, Inner, .. Narrow];

        public void Dispose()
        {
            foreach (var tensor in All) tensor.Dispose();
        }
    }

    /// <summary>Positions of a batch [batch, time]: the tables of the rotation, its inverse's, and what a window hides.</summary>
    private sealed record Frame(long Batch, long Time, Tensor Cos, Tensor Sin, Tensor Back, Tensor? Window);

    private readonly ModelConfig _config = session.Decoder.Config;

    // Attention stores its keys and values once more, one for each query's head, and SwiGLU its activated gate.
    protected override (long Values, long Floats) OfALayer(Widths w) =>
        (2 * w.Hidden + w.Columns + 5 * w.Queries + 4 * w.Wide, 2 + Linears * w.Rank);

    public override double[] Run(IReadOnlyList<TokenSequence> sequences, IRowSink sink, GiveWay giveWay)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        using var batch = new SequenceBatch(sequences, Decoder.Device);
        var (count, time) = (batch.Ids.shape[0], batch.Ids.shape[1]);
        var (cos, sin) = Decoder.Rotary(time);
        var frame = new Frame(count, time, cos.unsqueeze(1), sin.unsqueeze(1), sin.neg().unsqueeze(1), Decoder.WindowMask(0, time));

        var x = Decoder.Behind(0, batch.Ids).view(-1, _config.HiddenSize);
        var layers = new Layer[_config.Layers];
        for (var i = 0; i < layers.Length; i++)
        {
            giveWay.Point();
            (layers[i], x) = Forward(i, x, frame);
        }
        var (gradient, losses) = Top(x, batch);
        for (var i = layers.Length - 1; i >= 0; i--)
        {
            giveWay.Point();
            gradient = Backward(i, layers[i], gradient, frame, sink);
            layers[i].Dispose();
        }
        return Losses(losses, batch);
    }

    private (Layer, Tensor Next) Forward(int i, Tensor x, Frame frame)
    {
        using var scope = NewDisposeScope();
        var p = Decoder.Parameters.Layers[i];
        int heads = _config.Heads, kv = _config.KeyValueHeads;
        var (h, inverse) = Decoder.Norm(x, p.InputNorm);
        var input = Narrow(i, h, Linear.Query, Linear.Key, Linear.Value);
        var qkv = F.linear(h, p.QueryKeyValue, p.QueryKeyValueBias).view(frame.Batch, frame.Time, heads + 2 * kv, _config.HeadDim);
        var rotated = RotaryPositions.Rotate(qkv.narrow(2, 0, heads + kv), frame.Cos, frame.Sin).requires_grad_();
        var values = qkv.narrow(2, heads + kv, kv).detach().requires_grad_();
        Tensor mixed;
        using (set_grad_enabled(true))
            mixed = Decoder.Causal(i, rotated.narrow(2, 0, heads), rotated.narrow(2, heads, kv), values, frame.Window);
        var read = mixed.view(-1, mixed.shape[^1]);
        var mid = x.add(F.linear(read, p.Output, p.OutputBias), Operand.One);

        (h, var inverseMid) = Decoder.Norm(mid, p.PostAttentionNorm);
        var both = F.linear(h, p.GateUp, p.GateUpBias);
        var gate = both.narrow(1, 0, _config.IntermediateSize).detach().requires_grad_();
        var up = both.narrow(1, _config.IntermediateSize, _config.IntermediateSize).detach().requires_grad_();
        Tensor inner;
        using (set_grad_enabled(true)) inner = F.silu(gate).mul(up);
        var next = mid.add(F.linear(inner, p.Down, p.DownBias), Operand.One);
        var layer = new Layer(x, inverse, rotated, values, mixed, mid, inverseMid, gate, up, inner,
            [.. input, .. Narrow(i, read, Linear.Output), .. Narrow(i, h, Linear.Gate, Linear.Up), .. Narrow(i, inner, Linear.Down)]);
        foreach (var tensor in layer.All.Append(next))
            if (!ReferenceEquals(tensor, x)) tensor.MoveToOuterDisposeScope();
        return (layer, next);
    }

    // The gradient of what goes into the layer from that of what comes out, both [n, hidden]; of the first layer nothing is asked.
    private Tensor Backward(int i, Layer layer, Tensor gradient, Frame frame, IRowSink sink)
    {
        using var scope = NewDisposeScope();
        var p = Decoder.Parameters.Layers[i];
        int heads = _config.Heads, kv = _config.KeyValueHeads, width = _config.HeadDim, wide = _config.IntermediateSize;
        Tensor Block(Linear linear, Tensor of, int first, int columns) =>
            of.narrow(1, first, columns).view(frame.Batch, frame.Time, columns).transpose(1, 2)
                .bmm(layer.Narrow[(int)linear].view(frame.Batch, frame.Time, -1));

        var down = Block(Linear.Down, gradient.to(ScalarType.Float32), 0, _config.HiddenSize);
        var swiGlu = autograd.grad([layer.Inner], [layer.Gate, layer.Up], [gradient.mm(p.Down)]);
        var dGateUp = cat(swiGlu, 1);
        var exact = dGateUp.to(ScalarType.Float32);
        var (gate, up) = (Block(Linear.Gate, exact, 0, wide), Block(Linear.Up, exact, wide, wide));
        gradient = gradient.add(NormBackward(dGateUp.mm(p.GateUp), layer.Mid, p.PostAttentionNorm, layer.InverseMid), Operand.One);

        var output = Block(Linear.Output, gradient.to(ScalarType.Float32), 0, _config.HiddenSize);
        var attention = autograd.grad([layer.Mixed], [layer.Rotated, layer.Values], [gradient.mm(p.Output).view(layer.Mixed.shape)]);
        var dQkv = cat([RotaryPositions.Rotate(attention[0], frame.Cos, frame.Back), attention[1]], 2).view(gradient.shape[0], -1);
        exact = dQkv.to(ScalarType.Float32);
        sink.Write(i, [Block(Linear.Query, exact, 0, heads * width), Block(Linear.Key, exact, heads * width, kv * width),
            Block(Linear.Value, exact, (heads + kv) * width, kv * width), output, gate, up, down]);
        if (i == 0) return gradient;
        return gradient.add(NormBackward(dQkv.mm(p.QueryKeyValue), layer.X, p.InputNorm, layer.Inverse), Operand.One)
            .MoveToOuterDisposeScope();
    }

    // The losses [rows] of the tokens that count, and the gradient of what comes out of the last layer. The rows' scale is the loss's.
    private (Tensor Gradient, Tensor Losses) Top(Tensor x, SequenceBatch batch)
    {
        using var scope = NewDisposeScope();
        using var tracing = set_grad_enabled(true);
        var top = x.detach().requires_grad_();
        var losses = F.cross_entropy(Decoder.Logits(Decoder.Normed(top).index_select(0, batch.Rows)), batch.Targets,
            reduction: nn.Reduction.None);
        var scale = alpha / Matrices.Rank;
        var weights = tensor(batch.Counted.SelectMany(n => Enumerable.Repeat((float)(scale / n), n)).ToArray(), device: Decoder.Device);
        var gradient = autograd.grad([(losses * weights).sum()], [top])[0];
        return (gradient.MoveToOuterDisposeScope(), losses.detach().MoveToOuterDisposeScope());
    }

    private Tensor[] Narrow(int layer, Tensor x, params ReadOnlySpan<Linear> linears)
    {
        var wide = x.to(ScalarType.Float32);
        var narrow = new Tensor[linears.Length];
        for (var i = 0; i < narrow.Length; i++) narrow[i] = F.linear(wide, Matrices[layer, linears[i]]);
        return narrow;
    }

    // With a = d w: inverse a - x inverse^3 mean(a x).
    private Tensor NormBackward(Tensor d, Tensor x, Tensor weight, Tensor inverse)
    {
        var (a, wide) = (d.mul(weight).to(ScalarType.Float32), x.to(ScalarType.Float32));
        var along = a.mul(wide).mean([-1], true).mul(inverse).mul(inverse);
        return a.addcmul_(wide, along, Operand.MinusOne).mul_(inverse).to(Decoder.Dtype);
    }
}
