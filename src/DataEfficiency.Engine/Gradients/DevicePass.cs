// The rows of a batch by autograd, on any device and in any type, in a padded batch. Each linear keeps A x, autograd gives dL/dy of its
// output, and one float32 product gives the part of the rows of all examples at once (method section 4). The graph is cut between layers:
// going back, one layer's gradients are there at a time, and its part of the rows is handed on before the next one's.
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace DataEfficiency.Engine.Gradients;

/// <summary>Takes the rows of a batch as they come, one linear after the other.</summary>
internal interface IRowSink
{
    /// <param name="blocks">[batch, out, r] float32, contiguous, on the decoder's device; the caller disposes it.</param>
    void Write(int layer, Linear linear, Tensor blocks);
}

/// <summary>All B gradients of a batch.</summary>
/// <param name="available">Bytes of the host's memory that there are; by default as the system says.</param>
internal sealed class DevicePass(ModelSession session, AdapterMatrices matrices, RowLayout layout, double alpha,
    Func<long>? available = null) : IGradientPass
{
    private const int Linears = 7;

    private readonly Decoder _decoder = session.Decoder;

    /// <summary>Bytes for a batch where the device's memory cannot be measured.</summary>
    public const long DefaultRoom = 288L << 20;

    /// <summary>Bytes for a batch of several.</summary>
    public long Room { get; set; } = DefaultRoom;

    // Of what is stored for the way back, by counting it in Decoder.Block; and one layer's gradients. A batch that does not fit all the
    // same is halved by the caller.
    public long BytesOf(PassSize size)
    {
        var config = _decoder.Config;
        long hidden = config.HiddenSize, wide = config.IntermediateSize, queries = (long)config.Heads * config.HeadDim;
        var columns = queries + 2L * config.KeyValueHeads * config.HeadDim;
        var value = _decoder.Dtype == ScalarType.Float32 ? 4 : 2;
        var layer = value * (4 * hidden + 2 * columns + 4 * wide + 5 * queries) + sizeof(float) * (6 * hidden + Linears * matrices.Rank);
        var gradients = value * (4 * hidden + 2 * columns + 4 * wide + 5 * queries) + sizeof(float) * wide;
        return (long)size.Count * size.Longest * (config.Layers * layer + gradients)
            + 3L * sizeof(float) * size.Scored * config.VocabularySize;
    }

    // A GPU's allocator says what does not fit; on the CPU the system would end the process.
    public long AvailableBytes =>
        _decoder.Device.type == DeviceType.CPU ? (available ?? AvailableMemory.OfTheSystem)() : long.MaxValue;

    // Beside a batch that waits, giving way, there is so much less.
    public bool Fits(PassSize size) => BytesOf(size) <= Room - _decoder.CacheBytes;

    public GradientRow[] Run(IReadOnlyList<TokenSequence> sequences, bool half, GiveWay giveWay)
    {
        var rows = new HostSink(sequences.Count, layout, half);
        var losses = Run(sequences, rows, giveWay);
        return [.. losses.Select((loss, i) => new GradientRow(rows.Rows[i], Math.Sqrt(rows.Squares[i]), loss))];
    }

    /// <returns>The loss of each sequence.</returns>
    public double[] Run(IReadOnlyList<TokenSequence> sequences, IRowSink sink, GiveWay giveWay)
    {
        using var scope = NewDisposeScope();
        using var tracing = set_grad_enabled(true);
        using var batch = new SequenceBatch(sequences, _decoder.Device);
        using var tape = new Tape(matrices, _decoder.Config.Layers, session.Adapter);
        var layers = _decoder.Config.Layers;
        var top = tape.Between(layers, _decoder.Behind(layers, batch.Ids, tape, giveWay, tape.Between));
        var hidden = _decoder.Normed(top).view(-1, _decoder.Config.HiddenSize).index_select(0, batch.Rows);
        var losses = nn.functional.cross_entropy(_decoder.Logits(hidden), batch.Targets, reduction: nn.Reduction.None);
        var weights = tensor(batch.Counted.SelectMany(n => Enumerable.Repeat(1f / n, n)).ToArray(), device: _decoder.Device);
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
        var perToken = losses.detach().to(CPU).data<float>().ToArray();
        var first = 0;
        return [.. batch.Counted.Select(n => perToken.AsSpan((first += n) - n, n).ToArray().Average(x => (double)x))];
    }

    private void Write(int layer, IList<Tensor> gradients, Tape tape, IRowSink sink)
    {
        using var plain = no_grad();
        using Scalar scale = alpha / matrices.Rank;
        for (var i = 0; i < Linears; i++)
        {
            using var scope = NewDisposeScope();
            var blocks = gradients[i].to(ScalarType.Float32).transpose(1, 2).bmm(tape.Narrow[layer * Linears + i]).mul_(scale);
            sink.Write(layer, (Linear)i, blocks);
        }
    }

    public void Dispose()
    {
    }

    // Rows in the host's memory.
    private sealed class HostSink(int count, RowLayout layout, bool half) : IRowSink
    {
        private const int SummedAtOnce = 4096;

        public RowValues[] Rows { get; } = [.. Enumerable.Range(0, count).Select(_ => RowValues.New(layout.Width, layout.Rank, half))];

        public double[] Squares { get; } = new double[count];

        public void Write(int layer, Linear linear, Tensor blocks)
        {
            var host = blocks.to(CPU).contiguous();
            for (var b = 0; b < Rows.Length; b++)
            {
                var values = MemoryMarshal.Cast<byte, float>(host[b].bytes);
                Rows[b].Set(layout.Offset(layer, linear), values);
                for (var at = 0; at < values.Length; at += SummedAtOnce)
                    Squares[b] += TensorPrimitives.SumOfSquares<float>(values.Slice(at, Math.Min(SummedAtOnce, values.Length - at)));
            }
        }
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
