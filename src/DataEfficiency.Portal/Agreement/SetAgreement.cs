namespace DataEfficiency.Portal.Agreement;

/// <summary>Agreement on answers of several pieces: Krippendorff's alpha of each label (given or not), Jaccard, exact F1.</summary>
public static class SetAgreement
{
    /// <summary>Alpha of each label, given or not; null where it is undefined.</summary>
    /// <param name="items">How many people gave each label to each item.</param>
    public static IReadOnlyList<double?> Alphas(CountedItems items, IReadOnlyList<int> times)
    {
        var labels = items.Values;
        var (given, less) = (new long[labels], new double[labels]);
        long all = 0;
        for (var k = 0; k < times.Count; k++)
        {
            if (times[k] == 0 || items.Kinds[k] is not { Answers: > 1 and var m } kind) continue;
            all += (long)times[k] * m;
            // where nobody gave the label all agree, m coincidences: only what is less than that is counted
            foreach (var (label, count) in kind.Values)
            {
                given[label] += (long)times[k] * count;
                less[label] += times[k] * (m - NominalAgreement.Same(count, m) - NominalAgreement.Same(m - count, m));
            }
        }
        return [.. given.Select((g, label) => NominalAgreement.Alpha(all, all - less[label], g * g + (all - g) * (all - g)))];
    }

    /// <summary>Over the labels that have one.</summary>
    public static double? Mean(IEnumerable<double?> alphas) => alphas.Average();

    /// <summary>Cohen's kappa of each label, given or not, and their mean over the labels that have one.</summary>
    public static double? MeanCohen(IReadOnlyCollection<(Rating A, Rating B)> pairs)
    {
        Dictionary<int, (long A, long B, long Both)> labels = [];
        foreach (var (a, b) in pairs)
        {
            foreach (var label in Labels(a).Union(Labels(b)))
            {
                var (inA, inB) = (Labels(a).Contains(label), Labels(b).Contains(label));
                var so = labels.GetValueOrDefault(label);
                labels[label] = (so.A + (inA ? 1 : 0), so.B + (inB ? 1 : 0), so.Both + (inA && inB ? 1 : 0));
            }
        }
        long n = pairs.Count;
        return Mean(labels.Values.Select(l => NominalAgreement.Cohen(n, n - l.A - l.B + 2 * l.Both, l.A * l.B + (n - l.A) * (n - l.B))));
    }

    /// <summary>Pieces that both have, of those that one of them has; two empty answers agree.</summary>
    public static double Jaccard(Rating a, Rating b)
    {
        var common = Common(a, b);
        var either = a.Pieces.Count + b.Pieces.Count - common;
        return either == 0 ? 1 : (double)common / either;
    }

    /// <summary>Exact F1: a span is the same where both ends and the label are; two empty answers agree.</summary>
    public static double F1(Rating a, Rating b) =>
        a.Pieces.Count + b.Pieces.Count is > 0 and var all ? 2.0 * Common(a, b) / all : 1;

    /// <summary>Over the pairs of people of each item, then over the items.</summary>
    public static double? MeanOfPairs(IEnumerable<RatedItem> items, Func<Rating, Rating, double> measure) =>
        items.Select(i => (double?)i.Pairs().Average(p => measure(p.A, p.B))).Average();

    private static IEnumerable<int> Labels(Rating rating) => rating.Pieces.Select(p => p.Label).Distinct();

    private static int Common(Rating a, Rating b) => a.Pieces.Count(b.Pieces.Contains);
}
