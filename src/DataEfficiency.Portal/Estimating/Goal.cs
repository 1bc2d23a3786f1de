using System.Globalization;
using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What is to be reached, as the chart's axis shows it: an accuracy, or a share of the way to it.</summary>
internal sealed record Goal(bool IsAccuracy, string Text)
{
    /// <summary>Which form of a sentence it takes.</summary>
    public string Measure => IsAccuracy ? "accuracy" : "way";

    public static Goal Of(Target target, CultureInfo culture) =>
        target is { ZeroShot: { } untrained, Ceiling: { } ceiling } && ceiling - untrained >= Target.SmallestGap
            ? new(true, ForecastNumbers.Score(untrained + target.Share * (ceiling - untrained), culture))
            : new(false, ForecastNumbers.Percent(target.Share, culture));
}
