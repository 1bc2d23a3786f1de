using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Agreement;

/// <summary>What one label's answers agree like: alpha of given or not; of spans the exact F1 where somebody gave it.</summary>
/// <param name="Items">Where somebody gave it.</param>
public sealed record LabelAgreement(int Label, double? Value, int Items);

/// <summary>Two people on the items that both answered.</summary>
/// <param name="Value">Cohen's kappa (mean over the labels where there are several in an answer), of spans the exact F1.</param>
/// <param name="Same">Share of items with the same answer from both.</param>
public sealed record PairAgreement(string A, string B, int Items, double? Value, double Same);

/// <summary>One person with all others: the project's measure over all that the person shares with them, each of the person's answers
/// beside each of theirs. What the others say of each other is no part of it.</summary>
/// <param name="Items">That others answered too.</param>
/// <param name="Value">Null: undefined.</param>
/// <param name="Interval">Over resampled items; null under <see cref="Bootstrap.LeastItems"/> of them.</param>
public sealed record PersonAgreement(int Items, double? Value, Interval? Interval);

/// <summary>Two labels that were given for each other.</summary>
/// <param name="Times">Pairs of answers to the same item, of which one has the first and the other the second.</param>
public sealed record LabelDisagreement(int A, int B, int Times);

/// <summary>Answers that were given on one version of the answer set.</summary>
public sealed record SchemaAgreement(int Version, int Items, double? Value);

/// <summary>How much the people of a project agree (workbench section 7), at one label version.</summary>
/// <param name="Overall">Alpha; the mean alpha of the labels where an answer has several; exact F1 of spans. Null: undefined.</param>
/// <param name="Interval">Null under <see cref="Bootstrap.LeastItems"/> items.</param>
/// <param name="Fleiss">Null where items have unequally many answers, and for kinds without one value an answer.</param>
/// <param name="Jaccard">Null for kinds whose answer is one value.</param>
public sealed record ProjectAgreement(long Version, AnswerShape Shape, int Items, int Answers, double? Overall, Interval? Interval,
    double? Fleiss, double? Jaccard)
{
    private const int MostDisagreements = 50;

    /// <summary>Those that somebody gave, the least agreed first.</summary>
    public IReadOnlyList<LabelAgreement> Labels { get; init; } = [];

    public IReadOnlyList<PairAgreement> Pairs { get; init; } = [];

    public IReadOnlyDictionary<string, PersonAgreement> People { get; init; } = new Dictionary<string, PersonAgreement>();

    /// <summary>By person, of those who were served gold items.</summary>
    public IReadOnlyDictionary<string, GoldAccuracy> Gold { get; init; } = new Dictionary<string, GoldAccuracy>();

    /// <summary>The most frequent first.</summary>
    public IReadOnlyList<LabelDisagreement> Disagreements { get; init; } = [];

    /// <summary>Rising; one alone where all answers are of one version.</summary>
    public IReadOnlyList<SchemaAgreement> Schemas { get; init; } = [];

    /// <summary>Names of the labels when this was read; they keep their ids.</summary>
    public IReadOnlyDictionary<int, string> LabelNames { get; init; } = new Dictionary<int, string>();

    public static ProjectAgreement Of(long version, AnswerShape shape, IReadOnlyList<RatedItem> items)
    {
        var measure = AgreementMeasure.Of(shape, items);
        return new(version, shape, items.Count, items.Sum(i => i.Ratings.Count), measure.Overall, measure.Interval, measure.Fleiss,
            shape == AnswerShape.Whole ? null : SetAgreement.MeanOfPairs(items, SetAgreement.Jaccard))
        {
            Labels = [.. measure.Labels.OrderBy(l => l.Value ?? double.MaxValue).ThenByDescending(l => l.Items).ThenBy(l => l.Label)],
            Pairs = PairsOf(items, measure),
            People = PeopleOf(shape, items),
            Disagreements = DisagreementsOf(shape, items),
            Schemas = [.. SchemasOf(shape, items)],
        };
    }

    private static List<PairAgreement> PairsOf(IReadOnlyList<RatedItem> items, AgreementMeasure measure)
    {
        Dictionary<(string, string), List<(Rating A, Rating B)>> shared = [];
        foreach (var (one, other) in items.SelectMany(i => i.Pairs()))
        {
            var (a, b) = string.CompareOrdinal(one.UserId, other.UserId) < 0 ? (one, other) : (other, one);
            if (!shared.TryGetValue((a.UserId, b.UserId), out var both)) shared[(a.UserId, b.UserId)] = both = [];
            both.Add((a, b));
        }
        return [.. shared.OrderBy(s => s.Key).Select(s => new PairAgreement(s.Key.Item1, s.Key.Item2, s.Value.Count,
            measure.OfPair(s.Value), (double)s.Value.Count(p => p.A.Value == p.B.Value) / s.Value.Count))];
    }

    private static Dictionary<string, PersonAgreement> PeopleOf(AnswerShape shape, IReadOnlyList<RatedItem> items)
    {
        Dictionary<string, List<RatedItem>> people = [];
        foreach (var item in items)
            foreach (var own in item.Ratings)
            {
                if (!people.TryGetValue(own.UserId, out var units)) people[own.UserId] = units = [];
                units.AddRange(item.Ratings.Where(r => r.UserId != own.UserId).Select(r => item with { Ratings = [own, r] }));
            }
        return people.ToDictionary(p => p.Key, p =>
        {
            var measure = AgreementMeasure.Of(shape, p.Value);
            return new PersonAgreement(p.Value.DistinctBy(i => i.ItemId).Count(), measure.Overall, measure.Interval);
        });
    }

    // a label that only one of them gave, beside one that only the other gave; of spans at the same place
    private static List<LabelDisagreement> DisagreementsOf(AnswerShape shape, IReadOnlyList<RatedItem> items)
    {
        Dictionary<(int, int), int> times = [];
        foreach (var (a, b) in items.SelectMany(i => i.Pairs()))
            foreach (var (one, other) in from x in a.Pieces.Except(b.Pieces) from y in b.Pieces.Except(a.Pieces)
                                         where shape != AnswerShape.Spans || (x.Start, x.End) == (y.Start, y.End) select (x.Label, y.Label))
            {
                var key = (Math.Min(one, other), Math.Max(one, other));
                times[key] = times.GetValueOrDefault(key) + 1;
            }
        return [.. times.OrderByDescending(t => t.Value).ThenBy(t => t.Key).Take(MostDisagreements)
            .Select(t => new LabelDisagreement(t.Key.Item1, t.Key.Item2, t.Value))];
    }

    private static IEnumerable<SchemaAgreement> SchemasOf(AnswerShape shape, IReadOnlyList<RatedItem> items) =>
        from version in items.SelectMany(i => i.Ratings).Select(r => r.SchemaVersion).Distinct().Order().ToList()
        let own = items.Select(i => i with { Ratings = [.. i.Ratings.Where(r => r.SchemaVersion == version)] })
            .Where(i => i.Ratings.Count > 1).ToList()
        select new SchemaAgreement(version, own.Count, AgreementMeasure.Of(shape, own).Overall);
}
