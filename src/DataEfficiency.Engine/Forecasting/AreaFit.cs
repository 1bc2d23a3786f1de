// What turns a signal of a project's first labels into the area under its data-efficiency curve (method section 7): a line per number of
// labels, from this model's own calibration or, for three models, as published.
namespace DataEfficiency.Engine.Forecasting;

/// <summary>AUC' = Coefficient x signal + Intercept, of a signal that was taken of so many examples.</summary>
/// <param name="Scale">Scale of the posterior's t(3) factor: the fit's leave-one-out error / <see cref="AreaFit.ErrorPerScale"/>.</param>
public sealed record AreaPoint(int Examples, double Coefficient, double Intercept, double Scale)
{
    /// <summary>The line at so many examples, a share of the way to the next one.</summary>
    internal AreaPoint Towards(AreaPoint next, double share, int examples)
    {
        double Between(double low, double high) => low + share * (high - low);
        return new(examples, Between(Coefficient, next.Coefficient), Between(Intercept, next.Intercept), Between(Scale, next.Scale));
    }
}

/// <param name="Points">At least one, ascending in examples.</param>
/// <param name="Mean">Mean area of the reference tasks; null where it is not known.</param>
/// <param name="MeanError">Leave-one-out error of that mean as the prediction; null as above.</param>
public sealed record AreaFit(AreaSource Source, AreaSignal Kind, IReadOnlyList<AreaPoint> Points, double? Mean, double? MeanError)
{
    /// <summary>An error here is a mean absolute one; over 1.10 it is the scale of the t(3) factor.</summary>
    public const double ErrorPerScale = 1.10;

    /// <summary>The fit of a model's own calibration; null without a fit over at least 8 tasks.</summary>
    public static AreaFit? Of(Calibration? calibration)
    {
        if (calibration is not { Coefficient: { } c, Intercept: { } intercept }) return null;
        if (calibration is not { LeaveOneOutError: { } error, MeanBaselineError: { } meanError }) return null;
        var fitted = CalibrationFit.Fitted(calibration.Tasks);
        if (fitted.Count < CalibrationFit.SmallestTaskCount) return null;
        AreaPoint point = new(CosLow.Size, c, intercept, error / ErrorPerScale);
        return new(AreaSource.Calibration, AreaSignal.CosLow, [point], fitted.Average(t => t.Auc!.Value), meanError);
    }

    /// <summary>The line for a signal of so many examples: linear in log n between the points, the nearest one's outside them.</summary>
    public AreaPoint At(int examples)
    {
        var (low, high, share) = LabelAxis.Between([.. Points.Select(p => p.Examples)], examples);
        return low == high ? Points[low] : Points[low].Towards(Points[high], share, examples);
    }

    /// <summary>False where the slope is not positive, or the mean of the tasks predicts as well.</summary>
    public bool TellsTasksApart(AreaPoint point) => point.Coefficient > 0 && !(point.Scale >= MeanError / ErrorPerScale);
}
