using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using static DataEfficiency.Portal.Table.TableWords;

namespace DataEfficiency.Portal.Table;

/// <summary>Items in words.</summary>
public static class ItemText
{
    public static Said Queue(Stratum stratum) => stratum switch
    {
        Stratum.First32 => QueueFirst32, Stratum.Random => QueueRandom, Stratum.Active => QueueActive, Stratum.Test => QueueTest,
        Stratum.Gold => QueueGold, _ => QueueImported,
    };

    /// <summary>How its final answer came about, and out of which queue.</summary>
    public static string Origin(ItemRow item) => item.Stratum is not { } stratum ? ""
        : OfQueue(agrees: item.Agrees, queue: Queue(stratum),
            by: item.By is { } by and (FinalBy.Unanimous or FinalBy.Majority or FinalBy.Review) ? $"{by}" : null);
}
