// A batch in pieces that fit into memory. The split depends on the sequences and the recipe alone, so that a run gives the same bits again.
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

internal static class MicroBatches
{
    /// <summary>Sequences that count, cut into parts whose padded size stays under the recipe's limit, in the order given.</summary>
    public static IReadOnlyList<IReadOnlyList<TokenSequence>> Of(IReadOnlyList<TokenSequence> sequences, Recipe recipe)
    {
        var parts = new List<IReadOnlyList<TokenSequence>>();
        var part = new List<TokenSequence>();
        var longest = 0;
        foreach (var sequence in sequences.Where(s => s.Counted > 0))
        {
            longest = Math.Max(longest, sequence.Ids.Length);
            if (part.Count > 0 && (long)longest * (part.Count + 1) > recipe.TokensAtOnce)
            {
                parts.Add(part);
                (part, longest) = ([], sequence.Ids.Length);
            }
            part.Add(sequence);
        }
        if (part.Count > 0) parts.Add(part);
        return parts;
    }

    /// <summary>Sum of the losses of one part's counted tokens, no gradient.</summary>
    public static double LossSum(Decoder decoder, ILinearHook? hook, IReadOnlyList<TokenSequence> part, Recipe recipe,
        GiveWay giveWay = default)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        using var batch = new SequenceBatch(part, decoder.Device, recipe.SharePrefix);
        return batch.TokenLosses(decoder, hook, giveWay).sum(float64).ToDouble();
    }

    /// <summary>Mean loss of all counted tokens, no gradient.</summary>
    public static double Loss(Decoder decoder, ILinearHook? hook, IReadOnlyList<TokenSequence> sequences, Recipe recipe) =>
        Of(sequences, recipe).Sum(part => LossSum(decoder, hook, part, recipe)) / sequences.Sum(s => s.Counted);
}
