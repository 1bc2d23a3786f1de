using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Export;

/// <param name="MedianSeconds">Over the newest labels with a time, pauses over a minute cut.</param>
/// <param name="PerHour">The person's <see cref="Pace"/>.</param>
public sealed record AnnotatorFigures(string Name, int Labels, IReadOnlyDictionary<Stratum, int> ByStratum, double? MedianSeconds,
    double? PerHour, int Skips, int WithGold, int Agreeing)
{
    public int Of(Stratum stratum) => ByStratum.GetValueOrDefault(stratum);
    public double? GoldShare => WithGold > 0 ? (double)Agreeing / WithGold : null;
}

/// <summary>The computed parts of the report.</summary>
public sealed record ReportFigures(DateTime At, IReadOnlyList<HistoryLine> Estimates, double? PaperFormula, bool PublishedFit,
    IReadOnlyList<(Stratum Stratum, int Count)> Strata, IReadOnlyList<AnnotatorFigures> Annotators, int Paid)
{
    /// <summary>Of the newest forecast.</summary>
    public IReadOnlyList<MethodNeed> OtherMethods { get; init; } = [];

    public static async Task<ReportFigures> ReadAsync(ExportSnapshot snapshot, TimeProvider time, CancellationToken cancel)
    {
        var people = new Dictionary<string, (Dictionary<Stratum, int> Strata, int WithGold, int Agreeing)>();
        var gold = await snapshot.GoldAsync(cancel);
        await foreach (var row in snapshot.RowsAsync().WithCancellation(cancel))
        {
            // a review decides on answers and is no label that anybody is paid for
            if (row.Role == AnswerRole.Review) continue;
            var person = people.TryGetValue(row.UserId, out var known) ? known : ([], 0, 0);
            person.Strata[row.Stratum] = person.Strata.GetValueOrDefault(row.Stratum) + 1;
            if (gold.Agree(row.Gold, row.RightAnswers, row.Given) is { } agrees)
                person = person with { WithGold = person.WithGold + 1, Agreeing = person.Agreeing + (agrees ? 1 : 0) };
            people[row.UserId] = person;
        }
        // the same figures as on the pages, of the export's own moment
        var figures = await snapshot.FiguresAsync(cancel);
        var annotators = people.Keys.Union(figures.People.Keys).Select(id =>
        {
            var p = people.TryGetValue(id, out var known) ? known : ([], 0, 0);
            var own = figures.Of(id);
            return new AnnotatorFigures(snapshot.Names.GetValueOrDefault(id, ExportWords.RemovedPerson), p.Strata.Values.Sum(), p.Strata,
                own.MedianSeconds, own.Pace.PerHour, own.Skips, p.WithGold, p.Agreeing);
        }).OrderByDescending(a => a.Labels).ToList();
        var strata = Enum.GetValues<Stratum>().Select(s => (s, annotators.Sum(a => a.Of(s)))).Where(s => s.Item2 > 0).ToList();
        var newest = await snapshot.NewestPayloadAsync(cancel) is { } payload ? EstimatePayload.Read(payload) : null;
        return new ReportFigures(time.GetUtcNow().UtcDateTime, await snapshot.EstimatesAsync(cancel), newest?.LabelsNeededPaper,
            newest is { AreaSource: AreaSource.Published, Auc: not null }, strata, annotators, figures.Paid)
        {
            OtherMethods = newest?.OtherMethods ?? [],
        };
    }
}
