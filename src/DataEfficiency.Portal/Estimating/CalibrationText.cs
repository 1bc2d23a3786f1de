using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What turns CoS-Low into a number of labels on a model, in words, and what that is worth: its error beside the error of knowing
/// nothing.</summary>
public static class CalibrationText
{
    /// <param name="model">Null where it is not installed.</param>
    public static string Of(ModelFolder? model, CultureInfo culture) => model is { Published: { } fit } && AreaFit.Of(Used(model)) is null
        ? $"{Published(fit, culture)} "
            + (model is { State: CalibrationState.None } ? "Calibrate the model for a fit of its own." : Own(model, culture))
        : Own(model, culture);

    /// <summary>A published fit with its reservations.</summary>
    public static string Published(PublishedFit fit, CultureInfo culture) =>
        $"Published fit of {fit.Model}: the paper’s authors fine-tuned it fully, with up to "
        + $"{ForecastNumbers.Count(PublishedFit.Labels, culture)} labels, on {PublishedFit.TaskCount} tasks; the predicted area is off by "
        + $"{Points(PublishedFit.AucScale, culture)} points. The model is known by name, shape and vocabulary; "
        + "its weights were not measured, and the fit says nothing of another recipe.";

    private static string Own(ModelFolder? model, CultureInfo culture)
    {
        if (model is { State: CalibrationState.OtherWeights })
            return "The calibration beside this model was measured on other weights and is not used. Calibrate again.";
        if (model is { State: CalibrationState.Damaged })
            return $"{CalibrationFile.Name} in the folder of {model.Name} cannot be read, so that the model counts as not calibrated. "
                + "Restore the file, or remove it and calibrate again.";
        if (model?.Calibration is not { } calibration)
            return "This model is not calibrated: CoS-Low is shown, but no number of labels follows from it.";
        var tasks = calibration.Tasks.Count;
        if (AreaFit.Of(calibration) is not { } fit)
            return $"Not calibrated: CoS-Low of {tasks} reference tasks gives a project its rank among them; a number of labels needs "
                + $"at least {CalibrationFit.SmallestTaskCount} of them trained.";
        var error = Points(calibration.LeaveOneOutError!.Value, culture);
        var baseline = Points(calibration.MeanBaselineError!.Value, culture);
        var worth = fit.TellsTasksApart(fit.Points[^1])
            ? "" : " CoS-Low does not tell tasks apart on this model, so the mean of its reference tasks is used.";
        var older = calibration.IsOfOlderRecipe
            ? " It is calibrated with an older recipe, which taught no end of an answer: calibrate again for areas of today's checks." : "";
        return $"Calibrated on {CalibrationFit.Fitted(calibration.Tasks).Count} reference tasks: the predicted area is off by "
            + $"{error} points when a task is left out; the mean of the other tasks by {baseline}.{worth}{older}";
    }

    private static Calibration? Used(ModelFolder model) => model.State == CalibrationState.OtherWeights ? null : model.Calibration;

    private static string Points(double error, CultureInfo culture) => (error * 100).ToString("0.0", culture);
}
