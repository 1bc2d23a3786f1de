using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Xunit;
using static DataEfficiency.Portal.Tests.Estimating.MadeUpForecast;

namespace DataEfficiency.Portal.Tests.Estimating;

/// <summary>The sentence and the tiles beside it never contradict each other.</summary>
public sealed class OutlookTests
{
    [Theory]
    [InlineData(32, 100, 1000)]
    [InlineData(32, 900, 5000)]
    [InlineData(20, 20, 5000)]
    public void MoreLabels_OfTheSentence_AreThoseThatCostAndHoursCount(int m, int labels, int items)
    {
        var facts = Facts(Update(Estimate(m, at: 282), labels), items);
        var way = WayAhead.Of(facts)!;
        var outlook = Outlook.Of(facts, English);
        Assert.Equal((way.More * .5).ToString("N2", English), Tile(outlook, "ost ").Exact);
        Assert.Equal($"{way.More / 100.0:N2}\u00a0h", Tile(outlook, "At today’s pace").Exact);
        if (way.More > 0) Assert.Contains($"{ForecastNumbers.Labels(way.More, English)} more", Said(outlook));
    }

    [Theory]
    [InlineData(Advice.KeepLabeling, .1, "Next check at")]
    [InlineData(Advice.Stop, .84, "Stop at")]
    [InlineData(Advice.Stop, .95, "Safe stop")]
    public void RuleB_NamesItsTileByWhatItAdvises(Advice advice, double enough, string term)
    {
        var estimate = Estimate(32) with
        {
            Stop = new("B", 400, advice, enough, enough, new MeasuredRun(
                advice == Advice.Stop ? RunOutcome.TargetMet : RunOutcome.NotYet, 400, .95, .02, enough, false)),
        };
        Assert.Contains(Outlook.Of(Facts(Update(estimate, labels: 400)), English).Tiles, t => t.Term == term);
    }

    [Theory]
    [InlineData(640, 200, "with 640 training labels the score is expected to gain 3.1 points, which are worth €\u00a0100")]
    [InlineData(400, -20, "No longer worth it")]
    public void Worth_OfAPoint_IsWeighedAgainstItsLabels(int at, double labels, string said)
    {
        var estimate = Estimate(32) with { Worth = new Worth(at, labels, 3.1) };
        Assert.Contains(said, string.Join(' ', Outlook.Of(Facts(Update(estimate, labels: 400)), English).Verdict.Details));
    }

    // the median need lay below the labels there are, the stop above them: "182 more" beside "$ 0"
    [Fact]
    public void StopAboveTheMedianNeed_CostsItsOwnLabels()
    {
        var outlook = Outlook.Of(Facts(Update(Estimate(32, at: 982), labels: 800)), English);
        Assert.Contains("182 more from here", Said(outlook));
        Assert.Equal(("Cost to the stop", "€ 91", "182 labels"), Shown(Tile(outlook, "Cost to")));
    }

    [Fact]
    public void Way_LongerThanThePool_CostsItsOpenItems_AndSaysWhatIsMissing()
    {
        var outlook = Outlook.Of(Facts(Update(Estimate(20), labels: 520), items: 560), English);
        Assert.Contains("about 237 more labels", Said(outlook));
        Assert.Equal(("Expected cost from here", "€ 20", "for the 40 open items"), Shown(Tile(outlook, "Expected cost")));
        Assert.Contains("The pool has 40 open items for these labels: import 197 more to go all the way.", Said(outlook));
        Assert.Equal("40 open, budget 5,000", Tile(outlook, "Items in the pool").Small);
    }

    [Theory]
    [InlineData(.14, false)]
    [InlineData(.89, false)]
    [InlineData(.90, true)]
    [InlineData(.97, true)]
    public void Safe_IsOnlyWhatHasTheProbabilityThatWasAsked(double enough, bool safe)
    {
        foreach (var (labels, budget) in new[] { (100, 5000), (100, 282), (282, 5000), (282, 282) })
        {
            var estimate = Estimate(32, at: 282, enough: enough) with { Stop =
                new("A", 282, Advice.KeepLabeling, enough, .92, new SafeCount(282, 282, .1)) };
            var outlook = Outlook.Of(Facts(Update(estimate, labels), budget: budget), English);
            var all = Said(outlook) + string.Join(" ", outlook.Tiles.Select(t => $"{t.Term} {t.Small}"));
            if (!safe) Assert.DoesNotContain("safe", all, StringComparison.OrdinalIgnoreCase);
            else Assert.Contains("Safe stop", all);
        }
    }

    [Theory]
    [InlineData(Outdated.Target, "the target changed")]
    [InlineData(Outdated.Model, "the model is now fake")]
    [InlineData(Outdated.Limit, "the budget or the pool changed")]
    public void ChangedSettings_TakeTheOldForecastAway_EverywhereAtOnce(Outdated what, string why)
    {
        var update = Update(Estimate(32), labels: 100) with { Outdated = what };
        var outlook = Outlook.Of(Facts(update), English);
        Assert.Equal($"Computing anew: {why}", outlook.Verdict.HeadlineText);
        Assert.DoesNotMatch("[0-9] ?%|3,2|757", Said(outlook));
        Assert.Equal(["being computed anew", "being computed anew", "being computed anew"],
            [Tile(outlook, "Enough").Small, Tile(outlook, "Expected cost").Small, Tile(outlook, "Stop at").Small]);
        Assert.Equal("The forecast is being computed anew: the project’s settings changed", AnnotatorText.Of(update, English));
        Assert.Empty(ForecastChart.Of(Facts(update), new Target(.8), English).Curve);
        Assert.Equal("Failed", Outlook.Of(Facts(update with { StoredError = "no" }), English).Verdict.Tag);
    }

    [Fact]
    public void EveryReservation_OfTheBudgetPage_StandsInTheAnnotatorsLineToo()
    {
        var estimate = Estimate(32, calibrated: false) with { AskedShare = .99, Target = new(.95) };
        Estimate[] estimates =
        [
            estimate, Estimate(32) with { AreaRemark = new MeanInstead(-.2, .131, .12) },
            Estimate(32) with { AreaRemark = new AreaClipped(1.2) }, Estimate(32, calibrated: false) with { Auc = .4,
                AreaSource = AreaSource.Published },
        ];
        foreach (var update in estimates.Select(e => Update(e, 100) with { StoredError = "the disk is full" }))
        {
            var reservations = ReasonText.Reservations(update, English).ToList();
            Assert.True(reservations.Count >= 2);
            var (details, line) = (Of(update).Details, AnnotatorText.Of(update, English));
            Assert.All(reservations, r => Assert.Contains(r.Sentence, details));
            Assert.All(reservations, r => Assert.Contains(r.Word, line));
        }
        Assert.Contains("not calibrated", AnnotatorText.Of(Update(estimate, 100), English));
    }

    [Fact]
    public void Estimate_ComparedWithSettings_IsOutdatedWhereTheyAskSomethingElse()
    {
        var estimate = Estimate(32);
        Project Settings() => new() { Model = "fake", TargetValue = .9, Ceiling = 1, MaximumBudget = 5000, ItemCount = 9000 };
        estimate = estimate with { Target = new(.9, null, 1) };
        Outdated After(Action<Project> change)
        {
            var project = Settings();
            change(project);
            return OutdatedEstimate.Of(estimate, "fake", project);
        }
        Assert.Equal(Outdated.No, After(_ => { }));
        Assert.Equal(Outdated.No, After(p => p.PricePerLabel = 9));
        Assert.Equal(Outdated.Target, After(p => p.TargetValue = .8));
        Assert.Equal(Outdated.Target, After(p => p.Ceiling = .9));
        Assert.Equal(Outdated.Target, After(p => p.TargetKind = TargetKind.RawScore));
        Assert.Equal(Outdated.Model, After(p => p.Model = "other"));
        Assert.Equal(Outdated.Limit, After(p => p.MaximumBudget = 500));
        Assert.Equal(Outdated.No, After(p => p.MaximumBudget = 8000));
    }

    private static VerdictFacts Facts(ForecastUpdate update, int items = 10003, int budget = 5000) =>
        new(update, items, budget, Price: .5m, PerHour: 100);

    private static string Said(Outlook outlook) => Plain(outlook.Verdict.HeadlineText + " " + string.Join(" ", outlook.Verdict.Details));

    private static BudgetFact Tile(Outlook outlook, string term) => outlook.Tiles
        .First(t => t.Term.Contains(term, StringComparison.Ordinal));

    private static (string, string, string) Shown(BudgetFact tile) => (tile.Term, Plain(tile.Value), Plain(tile.Small));
}
