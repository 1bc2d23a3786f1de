// Exact match without a decoding loop: a greedy answer begins with the expected one exactly where every expected token is the argmax behind those before it.
using DataEfficiency.Engine.Models;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

internal static class AnswerScore
{
    private const int AtOnce = 128;

    /// <summary>Share of the sequences whose counted tokens are all what greedy decoding, stopped at the answer's length, would give. One forward pass an example.</summary>
    /// <exception cref="ArgumentException">No sequence has a token that counts.</exception>
    public static double Of(Decoder decoder, IReadOnlyList<TokenSequence> sequences, ILinearHook? hook = null)
    {
        var counted = sequences.Where(s => s.Kept > 0).OrderBy(s => s.Ids.Length).ToList();
        if (counted.Count == 0) throw new ArgumentException("There is no example whose answer has a token that counts.", nameof(sequences));
        using var plain = no_grad();
        var right = 0;
        foreach (var part in counted.Chunk(AtOnce))
        {
            using var scope = NewDisposeScope();
            using var batch = new SequenceBatch(part, decoder.Device, sharePrefix: true);
            var hits = batch.Logits(decoder, hook).argmax(-1).eq(batch.Targets).to(CPU).data<bool>().ToArray();
            for (int i = 0, first = 0; i < part.Length; first += batch.Kept[i], i++)
                if (hits.AsSpan(first, batch.Kept[i]).IndexOf(false) < 0) right++;
        }
        return (double)right / counted.Count;
    }
}
