using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Sentences;
using static DataEfficiency.Portal.Estimating.EstimatingWords;

namespace DataEfficiency.Portal.Estimating;

/// <summary>A method with its need in words.</summary>
/// <param name="Need">Of labels, or why there is none.</param>
/// <param name="Exact">The unrounded number; null without one.</param>
public sealed record MethodLine(string Name, string Need, string? Exact);

/// <summary>"Do other methods agree?" in words: what each of them says beside the forecast, and how far that lies from it.</summary>
public static class MethodText
{
    /// <summary>The answer: how many of those that name a number lie inside the forecast's interval.</summary>
    public static Said Answer(Estimate estimate)
    {
        double[] needs = [.. estimate.OtherMethods.Select(m => m.Need).OfType<double>()];
        return MethodsInside(inside: needs.Count(n => estimate.Posterior.Low80 <= n && n <= estimate.Posterior.High80), given: needs.Length,
            all: estimate.OtherMethods.Count);
    }

    /// <summary>The forecast itself and every other method.</summary>
    public static IReadOnlyList<MethodLine> Of(Estimate estimate, CultureInfo culture)
    {
        var p = estimate.Posterior;
        string need = p.Median is { } median ? MethodNeedIn(need: ForecastNumbers.Need(median, culture).ToString(),
            range: VerdictText.Interval(p, culture), chance: ForecastNumbers.Percent(p.PReach, culture))
            : Why(MethodGap.NotReached, culture);
        return [new(MethodPosterior, need, p.Median?.ToString("N2", culture)),
            .. estimate.OtherMethods.Select(m => new MethodLine(Name(m.Method), Need(m, culture), m.Need?.ToString("N2", culture)))];
    }

    /// <summary>The name of a method.</summary>
    public static string Name(OtherMethod method) => MethodName(method);

    private static string Need(MethodNeed method, CultureInfo culture) => method switch
    {
        { Need: { } need, PReach: { } reach } => MethodNeedWith(need: ForecastNumbers.Need(need, culture).ToString(),
            chance: ForecastNumbers.Percent(reach, culture)),
        { Need: { } need } => ForecastNumbers.Need(need, culture).ToString(),
        _ => Why(method.Gap ?? MethodGap.NotReached, culture),
    };

    /// <summary>Why it names no number.</summary>
    public static string Why(MethodGap gap, CultureInfo culture) => MethodWithout(gap: gap,
        most: ForecastNumbers.Count(LabelAxis.MaxExamples, culture));
}
