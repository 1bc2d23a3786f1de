using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Agreement;

/// <summary>Which measures fit an answer's shape.</summary>
internal abstract class AgreementMeasure(IReadOnlyList<RatedItem> items)
{
    public static AgreementMeasure Of(AnswerShape shape, IReadOnlyList<RatedItem> items) => shape switch
    {
        AnswerShape.Labels => new OfLabels(items),
        AnswerShape.Spans => new OfSpans(items),
        _ => new OfValues(items),
    };

    protected IReadOnlyList<RatedItem> Items => items;

    public abstract double? Overall { get; }

    public abstract Interval? Interval { get; }

    public virtual double? Fleiss => null;

    public abstract IEnumerable<LabelAgreement> Labels { get; }

    public abstract double? OfPair(IReadOnlyCollection<(Rating A, Rating B)> pairs);

    protected Interval? Resampled(IReadOnlyList<int> kindOf, int kinds, Func<int[], double?> measure) =>
        Bootstrap.Of([.. items.Select(i => i.ItemId)], kindOf, kinds, measure);

    private sealed class OfValues(IReadOnlyList<RatedItem> items) : AgreementMeasure(items)
    {
        private readonly CountedItems _values =
            CountedItems.Of(items.Select(i => ValueCounts.Of(i.Ratings.Count, i.Ratings.Select(r => r.Value))));

        public override double? Overall => NominalAgreement.Krippendorff(_values);

        public override Interval? Interval =>
            Resampled(_values.KindOf, _values.Kinds.Count, times => NominalAgreement.Krippendorff(_values, times));

        public override double? Fleiss => NominalAgreement.Fleiss(_values);

        public override IEnumerable<LabelAgreement> Labels => new LabelCounts(Items).Labels;

        public override double? OfPair(IReadOnlyCollection<(Rating A, Rating B)> pairs) =>
            NominalAgreement.Cohen([.. pairs.Select(p => (p.A.Value, p.B.Value))]);
    }

    private sealed class OfLabels(IReadOnlyList<RatedItem> items) : AgreementMeasure(items)
    {
        private readonly LabelCounts _counts = new(items);

        public override double? Overall => SetAgreement.Mean(Labels.Select(l => l.Value));

        public override Interval? Interval => Resampled(_counts.Items.KindOf, _counts.Items.Kinds.Count,
            times => SetAgreement.Mean(SetAgreement.Alphas(_counts.Items, times)));

        public override IEnumerable<LabelAgreement> Labels => _counts.Labels;

        public override double? OfPair(IReadOnlyCollection<(Rating A, Rating B)> pairs) => SetAgreement.MeanCohen(pairs);
    }

    private sealed class OfSpans(IReadOnlyList<RatedItem> items) : AgreementMeasure(items)
    {
        private readonly double[] _each = [.. items.Select(i => SetAgreement.MeanOfPairs([i], SetAgreement.F1)!.Value)];

        public override double? Overall => _each.Length == 0 ? null : _each.Average();

        // every unit is a kind of its own
        public override Interval? Interval => Resampled([.. Enumerable.Range(0, _each.Length)], _each.Length,
            times => times.Select((t, i) => t * _each[i]).Sum() / times.Sum());

        public override IEnumerable<LabelAgreement> Labels =>
            from label in Items.SelectMany(i => i.Ratings).SelectMany(r => r.Pieces).Select(p => p.Label).Distinct().ToList()
            let own = Items.Select(i => i with
            {
                Ratings = [.. i.Ratings.Select(r => r with { Pieces = [.. r.Pieces.Where(p => p.Label == label)] })],
            }).Where(i => i.Ratings.Any(r => r.Pieces.Count > 0)).ToList()
            select new LabelAgreement(label, SetAgreement.MeanOfPairs(own, SetAgreement.F1), own.Count);

        public override double? OfPair(IReadOnlyCollection<(Rating A, Rating B)> pairs) => pairs.Average(p => SetAgreement.F1(p.A, p.B));
    }

    /// <summary>How many people gave each label to each item; labels by their place among those that were given.</summary>
    private sealed class LabelCounts
    {
        private readonly int[] _labels;

        public LabelCounts(IReadOnlyList<RatedItem> items)
        {
            _labels = [.. items.SelectMany(i => i.Ratings).SelectMany(r => r.Pieces).Select(p => p.Label).Distinct().Order()];
            var places = _labels.Select((label, place) => (label, place)).ToDictionary(l => l.label, l => l.place);
            Items = CountedItems.Of(items.Select(i => ValueCounts.Of(i.Ratings.Count,
                i.Ratings.SelectMany(r => r.Pieces.Select(p => places[p.Label])))));
        }

        public CountedItems Items { get; }

        public IEnumerable<LabelAgreement> Labels
        {
            get
            {
                var times = Items.Times();
                var given = new int[_labels.Length];
                for (var k = 0; k < times.Length; k++)
                    foreach (var (place, _) in Items.Kinds[k].Values) given[place] += times[k];
                return SetAgreement.Alphas(Items, times).Select((alpha, place) => new LabelAgreement(_labels[place], alpha, given[place]));
            }
        }
    }
}
