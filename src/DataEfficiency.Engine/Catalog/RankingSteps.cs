// How many items a ranking takes at a time where it is stored step by step. Measured on a CPU with SmolLM2-135M and short texts: a batch
// costs 3.4 s (the weights are read for each of its tokens) and .24 s more for each item, so that few items at a time cost a multiple.
namespace DataEfficiency.Engine.Catalog;

/// <summary>One rule for the ranking of a pool and for what is measured and said about its cost.</summary>
public static class RankingSteps
{
    /// <summary>Items of the first step.</summary>
    public const int First = 16;

    /// <summary>Items of a step at most: as many as a batch has at most.</summary>
    public const int Largest = 256;

    /// <summary>How long a step grows where nothing else is said. 60 s are 236 items there: as fast an item as the largest batch, to half a
    /// per cent.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Items of the next step: as many as fit into the longest by the speed of the last one, at most four times as many.</summary>
    /// <param name="size">Items asked for in the last step, of which <paramref name="ranked"/> were there.</param>
    /// <param name="took">Without what went between.</param>
    public static int Next(int size, int ranked, TimeSpan took, TimeSpan longest)
    {
        if (ranked < size) return size;
        var fit = ranked * longest.TotalSeconds / Math.Max(took.TotalSeconds, 1e-3);
        return (int)Math.Clamp(Math.Min(fit, 4.0 * size), First, Largest);
    }
}
