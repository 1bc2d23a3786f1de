namespace DataEfficiency.Portal.Agreement;

/// <summary>
/// Agreement beyond chance on values that are the same or not: Cohen (two people), Fleiss (equally many answers on each item) and
/// Krippendorff (any number of answers; the main one here). Null is "undefined": only one value was given, so that chance alone agrees
/// everywhere. Whether it is, is asked of whole numbers.
/// </summary>
public static class NominalAgreement
{
    public static double? Cohen(IReadOnlyCollection<(int A, int B)> pairs)
    {
        var first = pairs.GroupBy(p => p.A).ToDictionary(g => g.Key, g => (long)g.Count());
        var chance = pairs.GroupBy(p => p.B).Sum(g => g.Count() * first.GetValueOrDefault(g.Key));
        return Cohen(pairs.Count, pairs.Count(p => p.A == p.B), chance);
    }

    /// <param name="matches">Items with the same value from both.</param>
    /// <param name="chance">Sum over the values of how often one gave it times how often the other did.</param>
    internal static double? Cohen(long items, long matches, long chance)
    {
        if (chance == items * items) return null;
        var expected = (double)chance / (items * items);
        return ((double)matches / items - expected) / (1 - expected);
    }

    /// <returns>Null, too, where not all items have equally many answers.</returns>
    public static double? Fleiss(CountedItems items)
    {
        if (items.KindOf.Count == 0) return null;
        long m = items.Kinds[0].Answers;
        if (m < 2 || items.Kinds.Any(k => k.Answers != m)) return null;
        var (times, given) = (items.Times(), new long[items.Values]);
        double observed = 0;
        for (var k = 0; k < times.Length; k++)
        {
            long squares = 0;
            foreach (var (value, count) in items.Kinds[k].Values)
            {
                given[value] += (long)times[k] * count;
                squares += (long)count * count;
            }
            observed += times[k] * (double)(squares - m) / (m * (m - 1));
        }
        var all = m * items.KindOf.Count;
        if (given.Contains(all)) return null;
        var expected = given.Sum(g => (double)g / all * g / all);
        return (observed / items.KindOf.Count - expected) / (1 - expected);
    }

    public static double? Krippendorff(CountedItems items) => Krippendorff(items, items.Times());

    /// <param name="times">How often each kind of item counts.</param>
    public static double? Krippendorff(CountedItems items, IReadOnlyList<int> times)
    {
        var given = new long[items.Values];
        long all = 0;
        double same = 0;
        for (var k = 0; k < times.Count; k++)
        {
            // a value that stands alone on its item can be paired with none
            if (times[k] == 0 || items.Kinds[k] is not { Answers: > 1 and var m } kind) continue;
            foreach (var (value, count) in kind.Values)
            {
                given[value] += (long)times[k] * count;
                same += times[k] * Same(count, m);
            }
            all += (long)times[k] * m;
        }
        return Alpha(all, same, given.Sum(g => g * g));
    }

    /// <summary>A value's coincidences with itself on one item.</summary>
    internal static double Same(long count, int answers) => (double)(count * (count - 1)) / (answers - 1);

    /// <param name="same">All coincidences of a value with itself.</param>
    /// <param name="squares">Sum of the squares of how often each value was given.</param>
    internal static double? Alpha(long all, double same, long squares) =>
        all * all == squares ? null : 1 - (all - 1) * (all - same) / ((double)all * all - squares);
}
