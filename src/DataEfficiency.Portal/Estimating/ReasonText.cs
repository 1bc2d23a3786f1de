using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The reasons of an estimate in words. Estimates that were stored before reasons had numbers bring their own sentences.</summary>
public static class ReasonText
{
    /// <summary>Said wherever a number comes from a published fit.</summary>
    public const string Published =
        "The area comes from the model’s published fit (full fine-tuning, 5,000 labels), not from a calibration of your own.";

    public const string NotCalibrated =
        "This model is not calibrated, so no number of labels follows from CoS-Low: the forecast is what 90 "
        + "published curves say about any task.";

    /// <summary>What a reader must know to take the forecast for what it is: a word for a line, a sentence for a page. Wherever the
    /// forecast is shown, all of these are.</summary>
    public static IEnumerable<(string Word, string Sentence)> Reservations(ForecastUpdate forecast, CultureInfo culture)
    {
        if (forecast.Estimate is not { } estimate) yield break;
        if (!estimate.HasFit) yield return ("not calibrated", NotCalibrated);
        if (estimate.CosLow.Count >= StopRule.NumberFrom && OfSource(estimate) is { } source) yield return ("published fit", source);
        if (estimate.CosLow.Count >= StopRule.AdviceFrom && OfArea(estimate, culture) is { } area)
            yield return (estimate.AreaRemark is AreaClipped ? "area at its limit" : "from the mean of the reference tasks", area);
        if (OfTarget(estimate, culture) is { } target) yield return ("target lowered", target);
        if (forecast.Error is { } failed) yield return ("the newest run failed",
            $"The newest run failed, so this is the one before: {failed}");
    }

    /// <summary>Whose fit it was, where it was a published one.</summary>
    public static string? OfSource(Estimate estimate) => estimate is { AreaSource: AreaSource.Published, Auc: not null } ? Published : null;

    /// <summary>What became of the predicted area; null where nothing did.</summary>
    public static string? OfArea(Estimate estimate, CultureInfo culture) => estimate.AreaRemark switch
    {
        null => estimate.AucNote,
        AreaClipped clipped =>
            $"The predicted area {Area(clipped.Raw, culture)} lies outside {PaperFormula.LowestAuc.ToString(culture)} to "
            + $"{PaperFormula.HighestAuc.ToString(culture)} "
            + $"and is taken as {estimate.Auc?.ToString(culture)}.",
        MeanInstead mean => $"CoS-Low does not tell tasks apart on this model (slope {mean.Slope.ToString("0.###", culture)}, "
            + $"leave-one-out error {Area(mean.Error, culture)}, "
            + $"error of the mean {Area(mean.MeanError, culture)}): the area is the mean of its reference tasks, "
                + $"{Area(estimate.Auc ?? 0, culture)}.",
        var other => throw new InvalidOperationException($"There are no words for {other.GetType().Name}."),
    };

    /// <summary>Where another target than the one asked for is in use.</summary>
    public static string? OfTarget(Estimate estimate, CultureInfo culture) => estimate.AskedShare is { } asked
        ? $"A target of {asked.ToString("0.###", culture)} of the way is taken as {estimate.Target.Share.ToString(culture)}: above it "
            + $"the published curves say nothing."
        : estimate.TargetNote;

    /// <summary>Rule B's reason.</summary>
    public static string OfCheck(StopAdvice stop, CultureInfo culture) => stop.Reason switch
    {
        null when stop.Why is { Length: > 0 } why => why,
        MeasuredRun run => Measured(run, stop.At, culture),
        _ => "The zero-shot score meets the target already.",
    };

    private static string Measured(MeasuredRun run, int? at, CultureInfo culture)
    {
        var labels = ForecastNumbers.Count(run.Examples, culture);
        var way = $"{run.Share.ToString("0.00", culture)} of the way, P(target truly met) "
            + $"{ForecastNumbers.Percent(run.PTargetMet, culture)}";
        var said = run.Outcome switch
        {
            RunOutcome.TargetMet => $"Target reached: the run on {labels} labels is at {way}.",
            RunOutcome.BudgetUsedUp => $"Budget used up at {labels} labels without a sure sign of the target: {way}.",
            _ => $"The run on {labels} labels is at {way}. Next check at {ForecastNumbers.Count(at ?? 0, culture)}.",
        };
        if (run.Unlikely) said += $" The target is unlikely to be reached with {ForecastNumbers.Count(LabelAxis.MaxExamples, culture)} "
            + $"labels.";
        if (run.SmallTest) said += $" The test set is small (standard error {run.StandardError.ToString("0.00", culture)} of the way): "
            + $"test on more examples before buying labels.";
        return said;
    }

    private static string Area(double area, CultureInfo culture) => area.ToString("0.000", culture);
}
