// AUC' of a project from its CoS-Low and the model's calibration (decision section 6, COS; method sections 7 and 9).
namespace DataEfficiency.Engine.Forecasting;

public static class AreaPrediction
{
    /// <summary>The leave-one-out error is a mean absolute one; over 1.10 it is the scale of the t(3) factor.</summary>
    private const double ErrorPerScale = 1.10;

    /// <summary>A perfect fit over a few tasks must not make the factor infinitely sharp.</summary>
    private const double SmallestScale = .005;

    /// <summary>True where the calibration has a fit over at least 8 tasks.</summary>
    public static bool IsCalibrated(Calibration? calibration) => calibration is { Coefficient: not null, Intercept: not null, LeaveOneOutError: not null, MeanBaselineError: not null }
        && CalibrationFit.Fitted(calibration.Tasks).Count >= CalibrationFit.SmallestTaskCount;

    /// <param name="cosLow">Null below two examples.</param>
    /// <param name="standardError">sd of the example bootstrap, also below 8 examples, where it is not shown.</param>
    /// <returns>No prediction where not calibrated or without a CoS-Low; Note says on the page that it was clipped or replaced.</returns>
    public static (AucPrediction? Prediction, string? Note) Of(Calibration? calibration, double? cosLow, double standardError)
    {
        if (cosLow is not { } s || calibration is null || !IsCalibrated(calibration)) return (null, null);
        var (c, intercept, error, baseline) = (calibration.Coefficient!.Value, calibration.Intercept!.Value, calibration.LeaveOneOutError!.Value, calibration.MeanBaselineError!.Value);
        if (!CalibrationFit.TellsApart(c, error, baseline))
        {
            var mean = PaperFormula.Clip(CalibrationFit.Fitted(calibration.Tasks).Average(t => t.Auc!.Value));
            return (new(mean, Math.Max(baseline / ErrorPerScale, SmallestScale)),
                $"CoS-Low does not tell tasks apart on this model (slope {c:0.###}, leave-one-out error {error:0.000}, error of the mean {baseline:0.000}): the area is the mean of its reference tasks, {mean:0.000}.");
        }
        var raw = c * s + intercept;
        var auc = PaperFormula.Clip(raw);
        var scale = Math.Sqrt(Math.Pow(Math.Max(error / ErrorPerScale, SmallestScale), 2) + Math.Pow(c * standardError, 2));
        return (new(auc, scale), auc == raw ? null : $"The predicted area {raw:0.000} lies outside {PaperFormula.LowestAuc} to {PaperFormula.HighestAuc} and is taken as {auc}.");
    }
}
