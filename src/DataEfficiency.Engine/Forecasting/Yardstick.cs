// What a project's signals are held against: fits to an area, the CoS-Low of tasks whose curves or whose rank are known, and the model's
// own curves.
namespace DataEfficiency.Engine.Forecasting;

/// <param name="Fit">Of CoS-Low; null: no area follows from it.</param>
/// <param name="CosLows">CoS-Low of the reference tasks; none without any.</param>
/// <param name="Signals">Of the probe; null where the model's calibration has none.</param>
/// <param name="Library">The model's own curves; null below eight.</param>
public sealed record Yardstick(AreaFit? Fit, IReadOnlyList<double> CosLows, SignalFits? Signals = null, CurveLibrary? Library = null)
{
    /// <summary>The model's own calibration where it has one, a published fit in the place of what it lacks.</summary>
    public static Yardstick Of(Calibration? own, PublishedFit? published = null) => new(AreaFit.Of(own) ?? published?.Fit,
        own?.Tasks is { Count: > 0 } tasks ? [.. tasks.Select(t => t.CosLow)] : [.. (published?.Tasks ?? []).Select(t => t.CosLow)],
        SignalFits.Of(own), LibraryOf(own));

    /// <summary>Curves of the tasks that the fit is over, as far as they were measured at all sizes.</summary>
    private static CurveLibrary? LibraryOf(Calibration? own)
    {
        var curves = CalibrationFit.Fitted(own?.Tasks ?? []).Where(TaskCurve.IsWhole)
            .Select(t => TaskCurve.Of(t).Points.Select(p => p.Y).ToArray()).ToArray();
        return curves.Length >= CurveLibrary.Fewest ? new(LabelAxis.Budgets, curves) : null;
    }
}
