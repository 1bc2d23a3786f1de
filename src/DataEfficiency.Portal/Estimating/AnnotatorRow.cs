namespace DataEfficiency.Portal.Estimating;

/// <summary>One person's line among a project's annotators.</summary>
/// <param name="Labels">Answers that count.</param>
/// <param name="PerHour">The person's <see cref="Pace"/>; null before it is one.</param>
/// <param name="MedianSeconds">Median active seconds of an answer.</param>
/// <param name="Trend">Labels per hour in equal parts of the newest answers, oldest first.</param>
public sealed record AnnotatorRow(string UserId, string Name, int Labels, double? PerHour, double? MedianSeconds, int Skips, long? LastSeen,
    IReadOnlyList<double> Trend)
{
    /// <summary>Everybody who has a name here, as annotator, or has labelled or skipped, the most diligent first.</summary>
    public static IReadOnlyList<AnnotatorRow> Of(ProjectFigures figures, IReadOnlyDictionary<string, string> names) =>
        [.. names.Keys.Union(figures.People.Keys).Select(id => Of(id, names.GetValueOrDefault(id, EstimatingWords.RemovedPerson),
            figures.Of(id)))
            .OrderByDescending(p => p.Labels).ThenBy(p => p.Name, StringComparer.CurrentCulture)];

    private static AnnotatorRow Of(string id, string name, PersonFigures person) => new(id, name, person.Counting, person.Pace.PerHour,
        person.MedianSeconds, person.Skips, person.Last, person.Trend);
}
