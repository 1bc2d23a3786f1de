// What a project's CoS-Low is held against: a fit to an area, and the CoS-Low of tasks whose curves or whose rank are known.
namespace DataEfficiency.Engine.Forecasting;

/// <param name="Fit">Null: no number of labels follows from CoS-Low.</param>
/// <param name="CosLows">CoS-Low of the reference tasks; none without any.</param>
public sealed record Yardstick(AreaFit? Fit, IReadOnlyList<double> CosLows)
{
    /// <summary>The model's own calibration where it has one, a published fit in the place of what it lacks.</summary>
    public static Yardstick Of(Calibration? own, PublishedFit? published = null) => new(AreaFit.Of(own) ?? published?.Fit,
        own?.Tasks is { Count: > 0 } tasks ? [.. tasks.Select(t => t.CosLow)] : [.. (published?.Tasks ?? []).Select(t => t.CosLow)]);
}
