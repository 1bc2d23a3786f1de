using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>A figure of the decision card with what qualifies it. Exact: the unrounded value, for the tooltip.</summary>
public sealed record BudgetFact(string Term, string Value, string Small, string? Exact = null);

/// <summary>The figures beside the verdict. None of a forecast before 16 first labels, none of a stop before 32.</summary>
public static class BudgetFacts
{
    private const string None = "–";

    /// <param name="perHour">Labels per person-hour; null where nobody was timed yet.</param>
    public static IReadOnlyList<BudgetFact> Of(Project project, ForecastUpdate forecast, double? perHour, CultureInfo culture)
    {
        var cap = Math.Min(Math.Min(project.MaximumBudget, project.ItemCount), LabelAxis.MaxExamples);
        return [Enough(forecast, cap, culture), CostFromHere(project, forecast, culture), Pace(forecast, perHour, culture), SafeStop(forecast, culture), CostSoFar(project, forecast, culture), Pool(project, culture)];
    }

    private static BudgetFact Enough(ForecastUpdate forecast, int cap, CultureInfo culture)
    {
        if (Shown(forecast) is not { } p) return new("Enough with your budget", None, $"from {StopRule.NumberFrom} first labels on");
        var within = cap >= 2000 && p.PSuffices.TryGetValue(2000, out var two) ? (Labels: 2000, P: two) : (Labels: cap, P: p.PWithinCap);
        var small = within.Labels > 500 && p.PSuffices.TryGetValue(500, out var less) ? $"with 500: {ForecastNumbers.Percent(less, culture)}" : "";
        return new($"Enough with {ForecastNumbers.Count(within.Labels, culture)} labels", ForecastNumbers.Percent(within.P, culture), small, within.P.ToString("P2", culture));
    }

    private static BudgetFact CostFromHere(Project project, ForecastUpdate forecast, CultureInfo culture)
    {
        const string term = "Expected cost from here";
        if (project.PricePerLabel <= 0) return new(term, None, "no price per label set");
        if (Shown(forecast) is not { Median: { } median } p) return new(term, None, "with the first number");
        double Cost(double labels) => (double)project.PricePerLabel * Math.Max(0, labels - forecast.Labels);
        var range = ForecastNumbers.Range(ForecastNumbers.Money(Cost(p.Low80 ?? median), project.Currency, culture), ForecastNumbers.Amount(Cost(p.High80 ?? median), culture));
        return new(term, ForecastNumbers.Money(Cost(median), project.Currency, culture), $"{range} if reachable", Cost(median).ToString("N2", culture));
    }

    private static BudgetFact Pace(ForecastUpdate forecast, double? perHour, CultureInfo culture)
    {
        const string term = "At today’s pace";
        if (perHour is not > 0) return new(term, None, "no timed label yet");
        var pace = $"{ForecastNumbers.Labels(perHour.Value, culture)} labels/h";
        if (Shown(forecast) is not { Median: { } median }) return new(term, None, pace);
        var hours = Math.Max(0, median - forecast.Labels) / perHour.Value;
        return new(term, ForecastNumbers.Hours(hours, culture), pace, $"{hours.ToString("N2", culture)} h");
    }

    private static BudgetFact SafeStop(ForecastUpdate forecast, CultureInfo culture)
    {
        const string term = "Safe stop";
        if (forecast.Estimate is not { } estimate || (estimate.CosLow.Count < StopRule.AdviceFrom && estimate.Stop.Rule != "B")) return new(term, None, $"from {StopRule.AdviceFrom} first labels on");
        if (estimate.Stop.At is not { } at) return new(term, None, estimate.HasFit ? "" : "model not calibrated");
        var enough = estimate.Stop.PEnough is { } p ? $"enough with {ForecastNumbers.Percent(p, culture)}" : "";
        if (estimate.AreaSource == AreaSource.Published && estimate.Stop.Rule == "A") enough += enough.Length > 0 ? ", published fit" : "published fit";
        return new(estimate.Stop.Rule == "B" ? "Next check at" : term, ForecastNumbers.Labels(at, culture), enough, at.ToString("N0", culture));
    }

    private static BudgetFact CostSoFar(Project project, ForecastUpdate forecast, CultureInfo culture)
    {
        var labels = $"{ForecastNumbers.Count(forecast.Labels, culture)} {(forecast.Labels == 1 ? "label" : "labels")}";
        if (project.PricePerLabel <= 0) return new("Labels so far", ForecastNumbers.Count(forecast.Labels, culture), "");
        return new("Cost so far", $"{ForecastNumbers.Symbol(project.Currency)}\u00a0{((double)project.PricePerLabel * forecast.Labels).ToString("N2", culture)}", labels);
    }

    private static BudgetFact Pool(Project project, CultureInfo culture) =>
        new("Items in the pool", ForecastNumbers.Count(project.ItemCount, culture), $"budget {ForecastNumbers.Count(project.MaximumBudget, culture)} labels");

    private static Engine.Posterior? Shown(ForecastUpdate forecast) =>
        forecast.Estimate is { } e && (e.CosLow.Count >= StopRule.NumberFrom || e.Stop.Rule == "B") ? e.Posterior : null;
}
