
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Portal.Estimating;

/// <param name="ActiveRank">Place by confidence, least sure first.</param>
/// <param name="DrawRank">Place in the drawn order of the candidates; null outside the lowest tenth.</param>
public readonly record struct ItemOrder(long Id, int ActiveRank, int? DrawRank);

/// <summary>From confidences to the order of work (method section 3): the lowest tenth are the candidates, a seed draws their order.</summary>
public static class CandidateDraw
{
    /// <summary>With a smaller pool the lowest 32 are taken, and the page says so.</summary>
    public const int Smallest = 32;

    public static int Count(int items) => Math.Min(items, Math.Max(Smallest, (items + 9) / 10));

    /// <param name="items">In pool order, so that ties stay in it. No confidence: the model cannot take the item; it comes last.</param>
    public static IReadOnlyList<ItemOrder> Of(IReadOnlyList<(long Id, double? Confidence)> items, long seed)
    {
        var ranked = items.Where(i => i.Confidence is not null).OrderBy(i => i.Confidence).Concat(items.Where(i => i.Confidence is null)).Select(i => i.Id).ToArray();
        var candidates = Enumerable.Range(0, Count(items.Count(i => i.Confidence is not null))).ToArray();
        var random = new SplitMix64(unchecked((ulong)seed));
        // Fisher-Yates: drawRank[i] is the place of the i-th least sure item
        for (var i = candidates.Length - 1; i > 0; i--)
        {
            var j = random.NextIndex(i + 1);
            (candidates[i], candidates[j]) = (candidates[j], candidates[i]);
        }
        return [.. ranked.Select((id, rank) => new ItemOrder(id, rank, rank < candidates.Length ? candidates[rank] : null))];
    }
}
