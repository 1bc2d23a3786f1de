// The rows of a batch by autograd, on any device and in any type, in a padded batch. Each linear keeps A x, autograd gives dL/dy of its
// output, and one float32 product gives the part of the rows of all examples at once (method section 4). The graph is cut between layers:
// going back, one layer's gradients are there at a time, and its part of the rows is handed on before the next one's.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace DataEfficiency.Engine.Gradients;

/// <summary>The way that knows adapters: they stand between a linear and what reads it. Without one, the others' oracle.</summary>
internal sealed class AutogradPass(ModelSession session, AdapterMatrices matrices, RowLayout layout, double alpha,
    Func<long>? available = null) : SinkPass(session, matrices, layout, available)
{
    // By counting it in Decoder.Block.
    protected override (long Values, long Floats) OfALayer(Widths w) =>
        (4 * w.Hidden + 2 * w.Columns + 4 * w.Wide + 5 * w.Queries, 6 * w.Hidden + Linears * w.Rank);

    /// <returns>The loss of each sequence.</returns>
    public override double[] Run(IReadOnlyList<TokenSequence> sequences, IRowSink sink, GiveWay giveWay)
    {
        using var scope = NewDisposeScope();
        using var tracing = set_grad_enabled(true);
        using var batch = new SequenceBatch(sequences, Decoder.Device);
        using var tape = new Tape(Matrices, Decoder.Config.Layers, Session.Adapter);
        var layers = Decoder.Config.Layers;
        var top = tape.Between(layers, Decoder.Behind(layers, batch.Ids, tape, giveWay, tape.Between));
        var hidden = Decoder.Normed(top).view(-1, Decoder.Config.HiddenSize).index_select(0, batch.Rows);
        var losses = nn.functional.cross_entropy(Decoder.Logits(hidden), batch.Targets, reduction: nn.Reduction.None);
        var weights = tensor(batch.Counted.SelectMany(n => Enumerable.Repeat(1f / n, n)).ToArray(), device: Decoder.Device);
        var gradient = autograd.grad([(losses * weights).sum()], [tape.Inputs[^1]])[0];
        for (var layer = layers - 1; layer >= 0; layer--)
        {
            giveWay.Point();
            using var inner = NewDisposeScope();
            var outputs = tape.Outputs.AsSpan(layer * Linears, Linears).ToArray();
            var gradients = autograd.grad([tape.Ends[layer]], layer > 0 ? [.. outputs, tape.Inputs[layer]] : outputs, [gradient]);
            Write(layer, gradients, tape, sink);
            gradient.Dispose();
            if (layer > 0) gradient = gradients[Linears].MoveToOuterDisposeScope();
            tape.Drop(layer);
        }
        return Losses(losses, batch);
    }

    private void Write(int layer, IList<Tensor> gradients, Tape tape, IRowSink sink)
    {
        using var plain = no_grad();
        using Scalar scale = alpha / Matrices.Rank;
        using var scope = NewDisposeScope();
        sink.Write(layer, [.. Enumerable.Range(0, Linears).Select(i =>
            gradients[i].to(ScalarType.Float32).transpose(1, 2).bmm(tape.Narrow[layer * Linears + i]).mul_(scale))]);
    }

    // The weights are frozen and the input of the first layer carries no gradient: its q, k and v become the leaves that its graph starts
    // from.
    private sealed class Tape(AdapterMatrices matrices, int layers, ILinearHook? adapter) : ILinearHook, IDisposable
    {
        public Tensor[] Outputs { get; } = new Tensor[layers * Linears];

        public Tensor[] Narrow { get; } = new Tensor[layers * Linears];

        /// <summary>What goes into each layer, and last into the final norm: the leaves of the graphs of layers.</summary>
        public Tensor[] Inputs { get; } = new Tensor[layers + 1];

        /// <summary>What comes out of each layer.</summary>
        public Tensor[] Ends { get; } = new Tensor[layers];

        public Tensor Apply(int layer, Linear linear, Tensor x, Tensor weight, Tensor? bias)
        {
            var y = adapter?.Apply(layer, linear, x, weight, bias) ?? nn.functional.linear(x, weight, bias);
            if (!y.requires_grad) y.requires_grad_();
            var i = layer * Linears + (int)linear;
            Outputs[i] = y.DetachFromDisposeScope();
            using var plain = no_grad();
            Narrow[i] = nn.functional.linear(x.to(ScalarType.Float32), matrices[layer, linear]).DetachFromDisposeScope();
            return y;
        }

        public Tensor Between(int layer, Tensor x)
        {
            if (layer > 0) Ends[layer - 1] = x.alias().DetachFromDisposeScope();
            var input = x.detach();
            return Inputs[layer] = (layer > 0 ? input.requires_grad_() : input).DetachFromDisposeScope();
        }

        public void Drop(int layer)
        {
            foreach (var t in Outputs.AsSpan(layer * Linears, Linears)) t.Dispose();
            foreach (var t in Narrow.AsSpan(layer * Linears, Linears)) t.Dispose();
            Ends[layer].Dispose();
            Inputs[layer + 1].Dispose();
        }

        public void Dispose()
        {
            foreach (var t in Outputs.Concat(Narrow).Concat(Inputs).Concat(Ends)) t?.Dispose();
        }
    }
}
