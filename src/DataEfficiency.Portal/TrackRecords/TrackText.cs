using System.Globalization;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using static DataEfficiency.Portal.TrackRecords.TrackRecordsWords;

namespace DataEfficiency.Portal.TrackRecords;

/// <summary>A track record in words.</summary>
public static class TrackText
{
    /// <summary>One line, for the start page.</summary>
    public static Said Line(TrackFigures figures, CultureInfo culture) => Short(error: ForecastNumbers.Points(figures.Error, culture),
        inside: ForecastNumbers.Percent(figures.Inside, culture), points: figures.Points);

    public static Said Answer(TrackFigures figures, CultureInfo culture) => Headline(error: ForecastNumbers.Points(figures.Error, culture),
        inside: ForecastNumbers.Percent(figures.Inside, culture));

    /// <summary>What the answer is of, and what is known of needs.</summary>
    public static IReadOnlyList<Said> Details(TrackFigures figures, CultureInfo culture) =>
    [
        Counted(points: figures.Points, projects: figures.Projects, forecasts: figures.Forecasts,
            noisy: ForecastNumbers.Percent(figures.InsideWithNoise, culture)),
        figures.NeedInside is { } inside ? NeedsSoFar(needs: figures.NeedPoints, factor: Factor(figures.NeedFactor, culture),
            inside: ForecastNumbers.Percent(inside, culture)) : NoNeedsYet,
    ];

    /// <summary>What rule A's safe stop rests on.</summary>
    public static Said SafeStop(int tasks) => RuleA(own: tasks >= OwnKappa.Fewest ? "yes" : "no", tasks: tasks, fewest: OwnKappa.Fewest);

    public static Said Name(TrackMethod method) => MethodName(method: method.Area, measured: method.IsMeasured ? "yes" : "no");

    /// <summary>80 % interval of a predicted need, in labels.</summary>
    public static string Range(Prediction need, CultureInfo culture) => need is { Low: { } low, High: { } high }
        ? ForecastNumbers.Range(ForecastNumbers.Labels(low, culture), ForecastNumbers.Labels(high, culture)) : "–";

    /// <summary>A difference of scores in points: .042 is 4.2.</summary>
    public static string? Factor(double? factor, CultureInfo culture) => factor?.ToString("0.0", culture);
}
