using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using static DataEfficiency.Portal.Estimating.EstimatingWords;

namespace DataEfficiency.Portal.Estimating;

/// <summary>A figure of the decision card with what qualifies it. Exact: the unrounded value, for the tooltip.</summary>
public sealed record BudgetFact(string Term, string Value, string Small, string? Exact = null);

/// <summary>The figures beside the verdict. None of a forecast before 16 first labels, none of a stop before 32, none that is being
/// computed anew.</summary>
internal static class BudgetFacts
{
    private const string None = "–";

    /// <param name="way">How far it still is, as the sentence says it too.</param>
    public static IReadOnlyList<BudgetFact> Of(VerdictFacts facts, WayAhead? way, CultureInfo culture) =>
        [Enough(facts, culture), CostFromHere(facts, way, culture), Pace(facts, way, culture), Stop(facts, culture),
            CostSoFar(facts, culture), Pool(facts, culture)];

    private static BudgetFact Enough(VerdictFacts facts, CultureInfo culture)
    {
        if (facts.Numbered is not { Posterior: var p })
            return new(TileEnoughWithBudget, None, WhyNone(facts, FromFirstLabels(StopRule.NumberFrom)));
        var within = facts.Cap >= 2000 && p.PSuffices.TryGetValue(2000, out var two) ? (Labels: 2000, P: two)
            : (Labels: facts.Cap, P: p.PWithinCap);
        var small = within.Labels > 500 && p.PSuffices.TryGetValue(500, out var less)
            ? With500(ForecastNumbers.Percent(less, culture)) : "";
        return new(TileEnoughWith(ForecastNumbers.Count(within.Labels, culture)), ForecastNumbers.Percent(within.P, culture), small,
            within.P.ToString("P2", culture));
    }

    private static BudgetFact CostFromHere(VerdictFacts facts, WayAhead? way, CultureInfo culture)
    {
        var term = way is { ToStop: true } ? TileCostToStop : TileCostFromHere;
        if (facts.Price <= 0) return new(term, None, NoPrice);
        if (way is null) return new(term, None, WhyNone(facts, FromFirstNumber));
        double Cost(int labels) => Estimating.Cost.Of(facts.Price, labels * facts.AnswersPerLabel);
        var small = way.Missing > 0 ? ForOpenItems(ForecastNumbers.Count(way.More, culture))
            : way is { Low: { } low, High: { } high } ? RangeIfReachable(
                ForecastNumbers.MoneyRange(Cost(low), Cost(high), facts.Currency, culture))
            : SoManyLabels(ForecastNumbers.Labels(way.More, culture));
        return new(term, ForecastNumbers.Money(Cost(way.More), facts.Currency, culture), small, Cost(way.More).ToString("N2", culture));
    }

    private static BudgetFact Pace(VerdictFacts facts, WayAhead? way, CultureInfo culture)
    {
        if (facts.PerHour is not > 0) return new(TilePace, None, WithEnd(FromTimedLabels(Estimating.Pace.Fewest)));
        var pace = ForecastNumbers.Labels(facts.PerHour.Value, culture);
        if (way is null) return new(TilePace, None, LabelsAnHour(pace));
        var hours = way.More * facts.AnswersPerLabel / facts.PerHour.Value;
        return new(TilePace, ForecastNumbers.Hours(hours, culture),
            WithEnd(way.Missing > 0 ? LabelsAnHourOpenItems(pace) : LabelsAnHour(pace)), HoursOf(hours.ToString("N2", culture)));

        string WithEnd(string small) => facts.End is { } end ? $"{small} · {WeekPace.Says(end, culture)}" : small;
    }

    private static BudgetFact Stop(VerdictFacts facts, CultureInfo culture)
    {
        if (facts.Forecast.StoppedAt is not null) return new(TileStopAt, None, LabelingStopped);
        if (facts.Estimate is not { } estimate || (estimate.CosLow.Count < StopRule.AdviceFrom && estimate.Stop.Rule != "B"))
            return new(TileStopAt, None, WhyNone(facts, FromFirstLabels(StopRule.AdviceFrom)));
        if (estimate.Stop.At is not { } at) return new(TileStopAt, None, estimate.HasFit ? "" : ModelNotCalibratedTile);
        var isPublished = estimate.AreaSource == AreaSource.Published && estimate.Stop.Rule == "A";
        return new(estimate.Stop is { Rule: "B", Advice: not Advice.Stop } ? TileNextCheck
            : VerdictText.IsSafe(estimate.Stop) ? TileSafeStop : TileStopAt,
            ForecastNumbers.Labels(at, culture),
            estimate.Stop.PEnough is not { } p ? isPublished ? WordPublishedFit : ""
                : isPublished ? EnoughChancePublished(ForecastNumbers.Percent(p, culture))
                : EnoughChance(ForecastNumbers.Percent(p, culture)), at.ToString("N0", culture));
    }

    private static BudgetFact CostSoFar(VerdictFacts facts, CultureInfo culture)
    {
        var (labels, paid) = (ForecastNumbers.Count(facts.Forecast.Labels, culture), facts.Paid ?? facts.Forecast.Labels);
        return facts.Price <= 0 ? new(TileLabelsSoFar, labels, "")
            : new(TileCostSoFar, ForecastNumbers.ExactMoney(Cost.Of(facts.Price, paid), facts.Currency, culture),
                paid == facts.Forecast.Labels ? SoManyLabels(labels)
                    : LabelsGivenHere(labels: labels, paid: ForecastNumbers.Count(paid, culture)));
    }

    private static BudgetFact Pool(VerdictFacts facts, CultureInfo culture) =>
        new(TileItems, ForecastNumbers.Count(facts.Items, culture), OpenAndBudget(open: ForecastNumbers.Count(facts.Open, culture),
            budget: ForecastNumbers.Count(facts.Budget, culture)));

    private static string WhyNone(VerdictFacts facts, string early) => facts.Forecast switch
    {
        { StoppedAt: not null } => LabelingStopped,
        { Ranking.IsUnderWay: true } => AfterTheRanking,
        { Outdated: not Outdated.No, Error: null } => BeingComputedAnew,
        { Outdated: not Outdated.No } => TheRunFailed,
        _ => early,
    };
}
