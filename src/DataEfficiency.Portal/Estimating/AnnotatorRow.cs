namespace DataEfficiency.Portal.Estimating;

/// <summary>One person's line among a project's annotators.</summary>
/// <param name="Labels">Answers that count.</param>
/// <param name="PerHour">The person's <see cref="Pace"/>; null before it is one.</param>
/// <param name="MedianSeconds">Median active seconds of an answer.</param>
/// <param name="Edits">Own answers that the person gave anew.</param>
/// <param name="Trend">Labels per hour in equal parts of the newest answers, oldest first.</param>
public sealed record AnnotatorRow(string UserId, string Name, int Labels, double? PerHour, double? MedianSeconds, int Skips, int Edits,
    long? LastSeen, IReadOnlyList<double> Trend)
{
    /// <summary>Under this share of the others' median time somebody is suspiciously quick.</summary>
    public const double QuickShare = .25;

    /// <summary>The median time is under <see cref="QuickShare"/> of the median of all others who have a pace.</summary>
    public bool IsQuick { get; init; }

    /// <summary>Everybody who has a name here, as annotator, or has labelled or skipped.</summary>
    /// <param name="ranked">The most diligent first, for leads; to others people stand by name.</param>
    public static IReadOnlyList<AnnotatorRow> Of(ProjectFigures figures, IReadOnlyDictionary<string, string> names, bool ranked) =>
        Marked([.. names.Keys.Union(figures.People.Keys).Select(id => Of(id, names.GetValueOrDefault(id, EstimatingWords.RemovedPerson),
            figures.Of(id)))
            .OrderByDescending(p => ranked ? p.Labels : 0).ThenBy(p => p.Name, StringComparer.CurrentCulture)]);

    private static AnnotatorRow Of(string id, string name, PersonFigures person) => new(id, name, person.Counting, person.Pace.PerHour,
        person.MedianSeconds, person.Skips, person.Edits, person.Last, person.Trend);

    private static IReadOnlyList<AnnotatorRow> Marked(IReadOnlyList<AnnotatorRow> rows) => [.. rows.Select(row => row with
    {
        IsQuick = row is { PerHour: not null, MedianSeconds: { } own } && OthersMedian(rows, row.UserId) is { } others
            && own < QuickShare * others,
    })];

    private static double? OthersMedian(IReadOnlyList<AnnotatorRow> rows, string userId)
    {
        double[] times = [.. rows.Where(r => r.UserId != userId && r.PerHour is not null).Select(r => r.MedianSeconds!.Value).Order()];
        return times.Length == 0 ? null : (times[(times.Length - 1) / 2] + times[times.Length / 2]) / 2;
    }
}
