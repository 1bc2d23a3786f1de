using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What a model's calibration is worth, in words: its error beside the error of knowing nothing.</summary>
public static class CalibrationText
{
    public static string Of(Calibration? calibration, CultureInfo culture)
    {
        if (calibration is null) return "This model is not calibrated: CoS-Low is shown, but no number of labels follows from it.";
        var tasks = calibration.Tasks.Count;
        if (!AreaPrediction.IsCalibrated(calibration))
            return $"Not calibrated: CoS-Low of {tasks} reference tasks gives a project its rank among them; a number of labels needs at least {CalibrationFit.SmallestTaskCount} of them trained.";
        var error = Points(calibration.LeaveOneOutError!.Value, culture);
        var baseline = Points(calibration.MeanBaselineError!.Value, culture);
        var worth = calibration.Coefficient > 0 && calibration.LeaveOneOutError < calibration.MeanBaselineError ? "" : " CoS-Low does not tell tasks apart on this model, so the mean of its reference tasks is used.";
        return $"Calibrated on {CalibrationFit.Fitted(calibration.Tasks).Count} reference tasks: the predicted area is off by {error} points when a task is left out; the mean of the other tasks by {baseline}.{worth}";
    }

    private static string Points(double error, CultureInfo culture) => (error * 100).ToString("0.0", culture);
}
