using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Components.Charts;
using static DataEfficiency.Portal.Estimating.EstimatingWords;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The chart's plain numbers from a forecast: raw accuracy where zero-shot score and ceiling are known, else shares of the
/// way.</summary>
public sealed record ForecastChart(IReadOnlyList<BandMark> Curve, double? Target, string TargetText, NeedMark? Need, string NeedText,
    string YTitle, string Summary, bool IsAccuracy)
{
    /// <param name="settings">The target as the settings ask for it: drawn where no estimate answers it yet.</param>
    public static ForecastChart Of(VerdictFacts facts, Target settings, CultureInfo culture)
    {
        var target = facts.Estimate?.Target ?? settings;
        var raw = target is { ZeroShot: { } s0, Ceiling: { } ceiling } && ceiling - s0 >= Engine.Target.SmallestGap;
        double Height(double share) => raw ? target.ZeroShot!.Value + share * (target.Ceiling!.Value - target.ZeroShot.Value) : share;
        var height = Height(target.Share);
        var (goal, title) = (Goal.Of(target, culture), raw ? AxisAccuracy : AxisWay);
        var targetText = TargetOnAxis(measure: goal.Measure, goal: goal.Text);
        if (facts.Estimate is not { CosLow.Count: >= StopRule.BandFrom } estimate)
            return new([], height, targetText, null, "", title, None(facts.Forecast), raw);
        var p = estimate.Posterior;
        BandMark[] curve = [.. p.Band.Select(b => new BandMark(b.Examples, Height(b.Low), Height(b.Median), Height(b.High)))];
        if (facts.Numbered is null || p is not { Median: { } median, Low80: { } low, High80: { } high })
            return new(curve, height, targetText, null, "", title, ChartWithoutNeed(measure: goal.Measure, goal: goal.Text), raw);
        var need = ForecastNumbers.Need(median, culture);
        var range = ForecastNumbers.Range(ForecastNumbers.Labels(low, culture), ForecastNumbers.Labels(high, culture));
        return new(curve, height, targetText, new NeedMark(low, median, high), NeedIfReachable(need), title,
            ChartWithNeed(measure: goal.Measure, goal: goal.Text, need: need, range: range), raw);
    }

    private static string None(ForecastUpdate forecast) => forecast switch
    {
        { Ranking.IsUnderWay: true } => ChartWhileRanking,
        { Outdated: not Outdated.No } => ChartAnew,
        _ => ChartNotYet(given: forecast.Estimate?.CosLow.Count ?? 0, needed: StopRule.BandFrom),
    };
}
