using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Portal.Estimating;

/// <summary>A figure of the decision card with what qualifies it. Exact: the unrounded value, for the tooltip.</summary>
public sealed record BudgetFact(string Term, string Value, string Small, string? Exact = null);

/// <summary>The figures beside the verdict. None of a forecast before 16 first labels, none of a stop before 32, none that is being
/// computed
/// anew.</summary>
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
            return new("Enough with your budget", None, WhyNone(facts, $"from {StopRule.NumberFrom} first labels on"));
        var within = facts.Cap >= 2000 && p.PSuffices.TryGetValue(2000, out var two) ? (Labels: 2000, P: two)
            : (Labels: facts.Cap, P: p.PWithinCap);
        var small = within.Labels > 500 && p.PSuffices.TryGetValue(500, out var less)
            ? $"with 500: {ForecastNumbers.Percent(less, culture)}" : "";
        return new($"Enough with {ForecastNumbers.Count(within.Labels, culture)} labels", ForecastNumbers.Percent(within.P, culture), small,
            within.P.ToString("P2", culture));
    }

    private static BudgetFact CostFromHere(VerdictFacts facts, WayAhead? way, CultureInfo culture)
    {
        var term = way is { ToStop: true } ? "Cost to the stop" : "Expected cost from here";
        if (facts.Price <= 0) return new(term, None, "no price per label set");
        if (way is null) return new(term, None, WhyNone(facts, "with the first number"));
        double Cost(int labels) => Estimating.Cost.Of(facts.Price, labels);
        var small = way.Missing > 0 ? $"for the {ForecastNumbers.Count(way.More, culture)} open items"
            : way is { Low: { } low, High: { } high } ? ForecastNumbers.Range(ForecastNumbers.Money(Cost(low), facts.Currency, culture),
                ForecastNumbers.Amount(Cost(high), culture)) + " if reachable"
            : $"{ForecastNumbers.Labels(way.More, culture)} {(way.More == 1 ? "label" : "labels")}";
        return new(term, ForecastNumbers.Money(Cost(way.More), facts.Currency, culture), small, Cost(way.More).ToString("N2", culture));
    }

    private static BudgetFact Pace(VerdictFacts facts, WayAhead? way, CultureInfo culture)
    {
        const string term = "At today’s pace";
        if (facts.PerHour is not > 0) return new(term, None, $"from {Estimating.Pace.Fewest} timed labels on");
        var pace = $"{ForecastNumbers.Labels(facts.PerHour.Value, culture)} labels/h";
        if (way is null) return new(term, None, pace);
        var hours = way.More / facts.PerHour.Value;
        return new(term, ForecastNumbers.Hours(hours, culture), way.Missing > 0 ? $"{pace}, open items" : pace,
            $"{hours.ToString("N2", culture)} h");
    }

    private static BudgetFact Stop(VerdictFacts facts, CultureInfo culture)
    {
        const string term = "Stop at";
        if (facts.Forecast.StoppedAt is not null) return new(term, None, "labeling has stopped");
        if (facts.Estimate is not { } estimate || (estimate.CosLow.Count < StopRule.AdviceFrom && estimate.Stop.Rule != "B"))
            return new(term, None, WhyNone(facts, $"from {StopRule.AdviceFrom} first labels on"));
        if (estimate.Stop.At is not { } at) return new(term, None, estimate.HasFit ? "" : "model not calibrated");
        var enough = estimate.Stop.PEnough is { } p ? $"enough with {ForecastNumbers.Percent(p, culture)}" : "";
        if (estimate.AreaSource == AreaSource.Published && estimate.Stop.Rule == "A")
            enough += enough.Length > 0 ? ", published fit" : "published fit";
        return new(estimate.Stop.Rule == "B" ? "Next check at" : VerdictText.IsSafe(estimate.Stop) ? "Safe stop" : term,
            ForecastNumbers.Labels(at, culture), enough, at.ToString("N0", culture));
    }

    private static BudgetFact CostSoFar(VerdictFacts facts, CultureInfo culture)
    {
        var (labels, paid) = (ForecastNumbers.Count(facts.Forecast.Labels, culture), facts.Paid ?? facts.Forecast.Labels);
        return facts.Price <= 0 ? new("Labels so far", labels, "")
            : new("Cost so far", $"{ForecastNumbers.Symbol(facts.Currency)}\u00a0{Cost.Of(facts.Price, paid).ToString("N2", culture)}",
                $"{labels} {(facts.Forecast.Labels == 1 ? "label" : "labels")}"
                + (paid == facts.Forecast.Labels ? "" : $", {ForecastNumbers.Count(paid, culture)} given here"));
    }

    private static BudgetFact Pool(VerdictFacts facts, CultureInfo culture) =>
        new("Items in the pool", ForecastNumbers.Count(facts.Items, culture),
            $"{ForecastNumbers.Count(facts.Open, culture)} open, budget {ForecastNumbers.Count(facts.Budget, culture)}");

    private static string WhyNone(VerdictFacts facts, string early) => facts.Forecast switch
    {
        { StoppedAt: not null } => "labeling has stopped",
        { Ranking.IsUnderWay: true } => "after the ranking",
        { Outdated: not Outdated.No, Error: null } => "being computed anew",
        { Outdated: not Outdated.No } => "the run failed",
        _ => early,
    };
}
