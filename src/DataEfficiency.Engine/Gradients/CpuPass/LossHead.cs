using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients.CpuPass;

/// <summary>From the last layer's output to the losses and back, at the positions that predict an answer token.</summary>
internal sealed class LossHead(Decoder decoder)
{
    // Logit rows at a time: bounds [rows, vocabulary] for long answers.
    private const int Rows = 64;

    // The library sums a vocabulary of 49,152 for a few rows in one chain, which is off by 6e-5 (measured; 2e-6 block by block).
    private const int Columns = 2048;

    /// <summary>What it takes beside the buffers for so many tokens.</summary>
    public long BytesOf(int scored) =>
        sizeof(float) * Math.Min(Rows, scored) * ((long)decoder.Config.VocabularySize + 2 * decoder.Config.HiddenSize);

    /// <summary>Losses, and in Dx the gradient of the sum of their means at the last layer's output [scored rows, hidden].</summary>
    /// <param name="scored">Of each sequence, the range of its rows among the scored ones.</param>
    public double[] Run(IReadOnlyList<TokenSequence> sequences, RowRange[] scored, int count, PassBuffers buffers)
    {
        var targets = sequences.SelectMany(s => s.Ids.Where((_, t) => s.Scored[t])).ToArray();
        var weights = scored.SelectMany(r => Enumerable.Repeat(1f / r.Count, r.Count)).ToArray();
        var perToken = new double[count];
        var (top, normed, dNormed) = (buffers.Top.Rows(count), buffers.Normed.Rows(count), buffers.DNormed.Rows(count));
        var (parameters, epsilon) = (decoder.Parameters, decoder.Config.RmsNormEps);
        using var inverseTop = empty(count, 1);
        RowKernels.Norm(top, parameters.FinalNorm, epsilon, normed, inverseTop);
        for (var first = 0; first < count; first += Rows)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(Rows, count - first);
            var logits = normed.narrow(0, first, rows).mm(parameters.Head.t());
            RowKernels.CrossEntropy(logits, targets.AsMemory(first, rows), weights.AsMemory(first, rows), perToken.AsMemory(first, rows));
            var d = dNormed.narrow(0, first, rows).zero_();
            for (var v = 0; v < decoder.Config.VocabularySize; v += Columns)
            {
                var columns = Math.Min(Columns, decoder.Config.VocabularySize - v);
                d.add_(logits.narrow(1, v, columns).mm(parameters.Head.narrow(0, v, columns)), Operand.One);
            }
        }
        var dx = buffers.Dx.Rows(count).zero_();
        RowKernels.AddNormBackward(dNormed, top, [.. Enumerable.Range(0, count)], parameters.FinalNorm, inverseTop, dx);
        return [.. scored.Select(r => perToken.AsSpan(r.First, r.Count).ToArray().Average())];
    }
}
