// Per-example LoRA gradients at B = 0 without any B: dL/dB = (alpha / r) sum over positions of dL/dy (A x)^T for each linear y = W x, and dL/dA = 0
// (method section 4). So each linear keeps A x, autograd gives dL/dy of its output, and one batched product gives the rows of all examples at once.
using System.Runtime.InteropServices;
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients.CpuPass;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients;

/// <param name="Row">All B gradients, linears in recipe order, each [out, r] row by row, alpha / r included. Null where there is no gradient.</param>
/// <param name="Norm">Euclidean norm of the float32 row, whatever it was stored in.</param>
/// <param name="Loss">Mean cross-entropy of the kept answer tokens; null where none is kept.</param>
internal sealed record GradientRow(KeptRow? Row, double Norm, double? Loss)
{
    /// <summary>The row in float32; null where there is none or it is in half precision.</summary>
    public float[]? Values => Row?.Floats;
}

/// <summary>Rows of labelled examples under one set of A matrices.</summary>
internal sealed class GradientRows(ModelSession session, AdapterMatrices matrices, double alpha) : IDisposable
{
    private readonly Decoder _decoder = session.Decoder;
    private readonly RowLayout _layout = new(session.Decoder.Config, matrices.Rank);
    private HandWrittenPass? _pass;

    /// <summary>Length of a row: r times the sum of all linears' output widths.</summary>
    public int Width => _layout.Width;

    public int Rank => matrices.Rank;

    /// <summary>One backward pass over a batch; each example's gradient is its own (mean over its own kept tokens).</summary>
    /// <param name="half">Rows in half precision. On the CPU they never exist in another.</param>
    public IReadOnlyList<GradientRow> Compute(IReadOnlyList<TokenSequence> examples, bool half = false)
    {
        var rows = new GradientRow[examples.Count];
        Array.Fill(rows, new GradientRow(null, 0, null));
        int[] usable = [.. Enumerable.Range(0, examples.Count).Where(i => examples[i].Kept > 0)];
        if (usable.Length == 0) return rows;

        TokenSequence[] sequences = [.. usable.Select(i => examples[i])];
        var computed = session.Adapter is null && _decoder is { Device.type: DeviceType.CPU, Dtype: ScalarType.Float32 } ? (_pass ??= new HandWrittenPass(session, matrices, _layout, alpha)).Run(sequences, half)
            : [.. ByAutograd(sequences).Select(c => new GradientRow(half ? new KeptRow(c.Row, Rank).ToHalf() : new KeptRow(c.Row, Rank), GramMatrix.Norm(c.Row), c.Loss))];
        foreach (var (i, row) in usable.Zip(computed)) rows[i] = row;
        return rows;
    }

    /// <summary>The same by autograd: on any device, in a padded batch.</summary>
    internal (float[] Row, double Loss)[] ByAutograd(IReadOnlyList<TokenSequence> sequences)
    {
        using var scope = NewDisposeScope();
        using var tracing = set_grad_enabled(true);
        using var batch = new SequenceBatch(sequences, _decoder.Device);
        using var tape = new Tape(matrices, _decoder.Config.Layers * 7, session.Adapter);
        var losses = batch.TokenLosses(_decoder, tape);
        var weights = tensor(batch.Kept.SelectMany(n => Enumerable.Repeat(1f / n, n)).ToArray(), device: _decoder.Device);
        var gradients = autograd.grad([(losses * weights).sum()], [.. tape.Outputs]);

        using var plain = no_grad();
        using Scalar scale = alpha / matrices.Rank;
        var buffers = sequences.Select(_ => new float[Width]).ToArray();
        long at = 0;
        for (var i = 0; i < gradients.Count; i++)
        {
            using var inner = NewDisposeScope();
            var block = gradients[i].to(ScalarType.Float32).transpose(1, 2).bmm(tape.Narrow[i]).mul_(scale).to(CPU).contiguous();
            var size = (int)(block.shape[1] * block.shape[2]);
            for (var b = 0; b < buffers.Length; b++) MemoryMarshal.Cast<byte, float>(block[b].bytes).CopyTo(buffers[b].AsSpan((int)at, size));
            at += size;
        }
        var perToken = losses.to(CPU).data<float>().ToArray();
        var first = 0;
        return [.. buffers.Select((row, b) => (row, perToken.AsSpan((first += batch.Kept[b]) - batch.Kept[b], batch.Kept[b]).ToArray().Average(x => (double)x)))];
    }

    public void Dispose() => _pass?.Dispose();

    // The weights are frozen and the input of the first layer carries no gradient: its q, k and v become the leaves the graph starts from.
    private sealed class Tape(AdapterMatrices matrices, int count, ILinearHook? adapter) : ILinearHook, IDisposable
    {
        public Tensor[] Outputs { get; } = new Tensor[count];

        public Tensor[] Narrow { get; } = new Tensor[count];

        public Tensor Apply(int layer, Linear linear, Tensor x, Tensor weight, Tensor? bias)
        {
            var y = adapter?.Apply(layer, linear, x, weight, bias) ?? nn.functional.linear(x, weight, bias);
            if (!y.requires_grad) y.requires_grad_();
            var i = layer * 7 + (int)linear;
            Outputs[i] = y.DetachFromDisposeScope();
            using (no_grad()) Narrow[i] = nn.functional.linear(x.to(ScalarType.Float32), matrices[layer, linear]).DetachFromDisposeScope();
            return y;
        }

        public void Dispose()
        {
            foreach (var t in Outputs.Concat(Narrow)) t?.Dispose();
        }
    }
}
