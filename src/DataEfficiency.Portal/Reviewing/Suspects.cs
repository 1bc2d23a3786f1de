namespace DataEfficiency.Portal.Reviewing;

/// <summary>What a model that had not seen an item makes of it.</summary>
/// <param name="Label">What people say.</param>
/// <param name="Shares">Of every answer of the answer set, together 1.</param>
public sealed record ExpectedAnswer(long ItemId, string Label, IReadOnlyDictionary<string, double> Shares);

/// <param name="Instead">What the model expects instead.</param>
/// <param name="Margin">Share of what people say less that of what the model expects: the lower, the more suspect.</param>
public sealed record Suspect(long ItemId, string Instead, double Margin);

/// <summary>
/// Labels that a model of the project's own labels doubts (confident learning; Northcutt, Jiang and Chuang, arXiv 1911.00068): another
/// answer has at least the share that it has on average where people gave it.
/// </summary>
public static class Suspects
{
    /// <returns>The most suspect first.</returns>
    public static IReadOnlyList<Suspect> Of(IReadOnlyCollection<ExpectedAnswer> items)
    {
        var usual = items.GroupBy(i => i.Label).ToDictionary(g => g.Key, g => g.Average(i => i.Shares.GetValueOrDefault(g.Key)));
        return [.. items.Select(item => Doubt(item, usual)).OfType<Suspect>().OrderBy(s => s.Margin).ThenBy(s => s.ItemId)];
    }

    private static Suspect? Doubt(ExpectedAnswer item, Dictionary<string, double> usual)
    {
        var others = item.Shares.Where(s => s.Key != item.Label && usual.TryGetValue(s.Key, out var mean) && s.Value >= mean)
            .OrderByDescending(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal).ToList();
        return others.Count == 0 ? null
            : new(item.ItemId, others[0].Key, item.Shares.GetValueOrDefault(item.Label) - others[0].Value);
    }
}
