using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Sentences;
using static DataEfficiency.Portal.Estimating.EstimatingWords;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What turns CoS-Low into a number of labels on a model, in words, and what that is worth: its error beside the error of knowing
/// nothing.</summary>
public static class CalibrationText
{
    /// <param name="model">Null where it is not installed.</param>
    public static string Of(ModelFolder? model, CultureInfo culture) => string.Join(' ', Sentences(model, culture));

    /// <summary>A published fit with its reservations.</summary>
    public static string Published(PublishedFit fit, CultureInfo culture) => PublishedFitOf(model: fit.Model,
        labels: ForecastNumbers.Count(PublishedFit.Labels, culture), tasks: PublishedFit.TaskCount,
        points: ForecastNumbers.Points(PublishedFit.AucScale, culture));

    private static IEnumerable<string> Sentences(ModelFolder? model, CultureInfo culture)
    {
        var isPublished = model is { Published: not null } && AreaFit.Of(Used(model)) is null;
        if (isPublished) yield return Published(model!.Published!, culture);
        if (isPublished && model is { State: CalibrationState.None }) yield return CalibrateForOwnFit;
        else foreach (var own in Own(model, culture)) yield return own;
    }

    private static IEnumerable<Said> Own(ModelFolder? model, CultureInfo culture)
    {
        if (model is { State: CalibrationState.OtherWeights }) return [OtherWeights];
        if (model is { State: CalibrationState.Damaged }) return [CalibrationDamaged(file: CalibrationFile.Name, model: model.Name)];
        if (model?.Calibration is not { } calibration) return [CosLowWithoutNumber];
        if (AreaFit.Of(calibration) is not { } fit)
            return [TooFewTrained(tasks: calibration.Tasks.Count, least: CalibrationFit.SmallestTaskCount)];
        List<Said> said = [CalibratedOn(tasks: CalibrationFit.Fitted(calibration.Tasks).Count,
            error: ForecastNumbers.Points(calibration.LeaveOneOutError!.Value, culture),
            baseline: ForecastNumbers.Points(calibration.MeanBaselineError!.Value, culture),
            rates: calibration.Tasks.Count(t => t.UsedForLearningRate))];
        if (!fit.TellsTasksApart(fit.Points[^1])) said.Add(SignalFits.Of(calibration) is null ? MeanIsUsed : ProbeOrMeanIsUsed);
        if (calibration.IsOfOlderRecipe) said.Add(OlderRecipe);
        return said;
    }

    private static Calibration? Used(ModelFolder model) => model.State == CalibrationState.OtherWeights ? null : model.Calibration;
}
