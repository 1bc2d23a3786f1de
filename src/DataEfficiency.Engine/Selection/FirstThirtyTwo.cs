// The draw behind CoS-Low (Je and Raffel, arXiv 2512.24991; method section 3): the tenth that the model is least sure of are the
// candidates, a seed puts all of them into a drawn order, and the first 32 usable ones count. The one draw of portal and calibration.
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Selection;

public sealed class FirstThirtyTwo : ISelectionStrategy
{
    /// <summary>The smallest pool whose least sure tenth has 32 items; of a smaller one the least sure 32 are taken.</summary>
    public const int PoolOfATenth = 10 * CosLow.Size;

    /// <summary>How many candidates a pool of so many usable items has: ceil(n / 10), at least 32.</summary>
    public static int Candidates(int items) => Math.Min(items, Math.Max(CosLow.Size, (items + 9) / 10));

    /// <summary>Least sure first; items that the model cannot take come last and are no candidates.</summary>
    public IReadOnlyList<ItemOrder> Order(IReadOnlyList<RankedItem> pool, long seed)
    {
        RankedItem[] ranked =
            [.. pool.Where(i => i.Confidence is not null).OrderBy(i => i.Confidence), .. pool.Where(i => i.Confidence is null)];
        int[] drawn = [.. Enumerable.Range(0, Candidates(pool.Count(i => i.Confidence is not null)))];
        new SplitMix64(unchecked((ulong)seed)).Shuffle(drawn.AsSpan());
        return [.. ranked.Select((item, rank) => new ItemOrder(item.Id, rank, rank < drawn.Length ? drawn[rank] : null))];
    }

    /// <summary>The first 32 usable items of a draw, in drawn order: the next one takes the turn of one that is not usable.</summary>
    public static IReadOnlyList<long> Of(IReadOnlyList<ItemOrder> order, Func<long, bool> usable) =>
        [.. order.Where(o => o.DrawRank is not null).OrderBy(o => o.DrawRank).Select(o => o.Id).Where(usable).Take(CosLow.Size)];
}
