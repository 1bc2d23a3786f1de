using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Components.Charts;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The chart's plain numbers from a forecast: raw accuracy where zero-shot score and ceiling are known, else shares of the way.</summary>
public sealed record ForecastChart(IReadOnlyList<BandMark> Curve, double? Target, string TargetText, NeedMark? Need, string NeedText, string YTitle, string Summary)
{
    public static ForecastChart Of(ForecastUpdate forecast, Target target, CultureInfo culture)
    {
        var raw = target is { ZeroShot: { } s0, Ceiling: { } ceiling } && ceiling - s0 >= Engine.Target.SmallestGap;
        double Height(double share) => raw ? target.ZeroShot!.Value + share * (target.Ceiling!.Value - target.ZeroShot.Value) : share;
        var height = Height(target.Share);
        var title = raw ? "accuracy" : "share of the way";
        var targetText = raw ? $"target {ForecastNumbers.Score(height, culture)}" : $"target {ForecastNumbers.Percent(target.Share, culture)} of the way";
        var m = forecast.Estimate?.CosLow.Count ?? 0;
        if (forecast.Estimate is not { } estimate || m < StopRule.BandFrom) return new([], height, targetText, null, "", title, $"No forecast yet: {m} of {StopRule.BandFrom} labels before a first band.");
        var p = estimate.Posterior;
        BandMark[] curve = [.. p.Band.Select(b => new BandMark(b.Examples, Height(b.Low), Height(b.Median), Height(b.High)))];
        var number = m >= StopRule.NumberFrom && p is { Median: not null, Low80: not null, High80: not null };
        var need = number ? new NeedMark(p.Low80!.Value, p.Median!.Value, p.High80!.Value) : (NeedMark?)null;
        var needText = number ? $"{ForecastNumbers.Need(p.Median!.Value, culture)} if reachable" : "";
        var said = number ? $"; the need, if reachable, is {ForecastNumbers.Need(p.Median!.Value, culture)} labels, 80 % interval {ForecastNumbers.Range(ForecastNumbers.Labels(p.Low80!.Value, culture), ForecastNumbers.Labels(p.High80!.Value, culture))}" : "";
        return new(curve, height, targetText, need, needText, title, $"Forecast: {title} by number of labels, with {targetText}{said}.");
    }
}
