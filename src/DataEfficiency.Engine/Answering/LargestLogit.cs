// The next token of greedy decoding and its probability, from the last hidden states.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Answering;

internal static class LargestLogit
{
    // Ids whose logits are computed together on the CPU: those of the whole vocabulary are fresh memory for each token, whose pages the
    // system clears, and cost more than the product (measured: 57 % of its limit at once, 80 % in pieces).
    private const int Piece = 4096;

    /// <param name="rows">Hidden states [rows, hidden] behind the last norm.</param>
    /// <returns>The id of the largest logit of each row, the first of equal ones, and the ln of its probability.</returns>
    public static (long[] Ids, float[] LogProbabilities) Of(Decoder decoder, Tensor rows)
    {
        using var scope = NewDisposeScope();
        if (decoder.Device.type != DeviceType.CPU)
        {
            var logits = decoder.Logits(rows);
            var (best, chosen) = logits.max(1);
            return (chosen.to(CPU).data<long>().ToArray(), best.add(logits.logsumexp(1), Operand.MinusOne).to(CPU).data<float>().ToArray());
        }
        var count = (int)rows.shape[0];
        var (largest, ids, sums) = (new float[count], new long[count], new double[count]);
        for (var first = 0; first < decoder.Config.VocabularySize; first += Piece)
        {
            using var piece = decoder.Logits(rows, first, Math.Min(Piece, decoder.Config.VocabularySize - first));
            RowKernels.FoldLargest(piece, first, largest, ids, sums);
        }
        return (ids, [.. sums.Select(s => (float)-Math.Log(s))]);
    }
}
