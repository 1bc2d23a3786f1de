using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using static DataEfficiency.Portal.Estimating.EstimatingWords;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What annotators may see before a lead confirms a stop: how far the first signal is, never an advice. With the reservations of
/// the budget page.</summary>
public static class AnnotatorText
{
    public static string Of(ForecastUpdate forecast, CultureInfo culture)
    {
        if (forecast.Ranking is { IsUnderWay: true }) return AnnotatorRanking;
        if (forecast.Outdated != Outdated.No) return AnnotatorAnew;
        var m = forecast.Estimate?.CosLow.Count ?? 0;
        if (forecast.Estimate is not { } estimate || m < StopRule.BandFrom)
            return AnnotatorFirstLabels(given: Math.Min(forecast.FirstLabels, StopRule.BandFrom), needed: StopRule.BandFrom);
        var (p, goal) = (estimate.Posterior, Goal.Of(estimate.Target, culture));
        var chance = ForecastNumbers.Percent(p.PReach, culture);
        var line = m < StopRule.NumberFrom || p.Median is null
            ? AnnotatorFirst(chance: chance, measure: goal.Measure, goal: goal.Text)
            : AnnotatorForecast(chance: chance, measure: goal.Measure, goal: goal.Text, range: VerdictText.Interval(p, culture));
        var reservations = ReasonText.Reservations(forecast, culture).Select(r => r.Word).ToList();
        return reservations.Count == 0 ? line : AnnotatorReserved(line: line, reservations: string.Join("; ", reservations));
    }
}
