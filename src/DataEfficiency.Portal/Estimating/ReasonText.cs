using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Sentences;
using static DataEfficiency.Portal.Estimating.EstimatingWords;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The reasons of an estimate in words. Estimates that were stored before reasons had numbers bring their own sentences.</summary>
public static class ReasonText
{
    /// <summary>Said wherever a number comes from a published fit.</summary>
    public static string Published => FitIsPublished;

    public static string NotCalibrated => ModelNotCalibrated;

    /// <summary>What a reader must know to take the forecast for what it is: a word for a line, a sentence for a page. Wherever the
    /// forecast is shown, all of these are.</summary>
    public static IEnumerable<(string Word, string Sentence)> Reservations(ForecastUpdate forecast, CultureInfo culture)
    {
        if (forecast.Estimate is not { } estimate) yield break;
        if (!estimate.HasFit) yield return (WordNotCalibrated, NotCalibrated);
        if (estimate.CosLow.Count >= StopRule.NumberFrom && estimate is { AreaSource: AreaSource.Published, Auc: not null })
            yield return (WordPublishedFit, Published);
        if (estimate.CosLow.Count >= StopRule.AdviceFrom && OfArea(estimate, culture) is { } area)
            yield return (estimate.AreaRemark is AreaClipped ? WordAreaAtLimit : WordMeanOfTasks, area);
        if (IsWeak(estimate)) yield return (WordChanceWeak, ChanceIsWeak);
        if (OfTarget(estimate, culture) is { } target) yield return (WordTargetLowered, target);
        if (forecast.AnswerSet.IsOpen) yield return (WordAskedAgain, AskedAgain(forecast.AnswerSet.AskedAgain));
        if (forecast.AnswerSet.BeforeGrowth is > 0 and var before) yield return (WordGrown, AnswersGrown(before));
        if (forecast.Error is { } failed) yield return (WordNewestFailed, NewestRunFailed(failed));
    }

    // where the untrained model meets the target, or the labels tell nothing, there is no chance to speak of
    private static bool IsWeak(Estimate estimate) => estimate is { IsMeasured: false, CosLow.Count: >= StopRule.BandFrom,
        Stop.Reason: not (MetUntrained or OneAnswerOnly) };

    /// <summary>What became of the predicted area; null where nothing did.</summary>
    public static string? OfArea(Estimate estimate, CultureInfo culture) => estimate.AreaRemark switch
    {
        null => estimate.AucNote,
        AreaClipped clipped => AreaOutside(area: Area(clipped.Raw, culture),
            lowest: PaperFormula.LowestAuc.ToString(culture), highest: PaperFormula.HighestAuc.ToString(culture),
            taken: estimate.Auc?.ToString(culture)),
        MeanInstead mean => AreaOfTheMean(slope: mean.Slope.ToString("0.###", culture), error: Area(mean.Error, culture),
            meanError: Area(mean.MeanError, culture), area: Area(estimate.Auc ?? 0, culture)),
        var other => throw new InvalidOperationException($"There are no words for {other.GetType().Name}."),
    };

    /// <summary>Where another target than the one asked for is in use.</summary>
    public static string? OfTarget(Estimate estimate, CultureInfo culture) => estimate.AskedShare is { } asked
        ? TargetLowered(asked: asked.ToString("0.###", culture), taken: estimate.Target.Share.ToString(culture)) : estimate.TargetNote;

    /// <summary>Rule B's reason.</summary>
    public static string OfCheck(StopAdvice stop, CultureInfo culture) => stop.Reason switch
    {
        null when stop.Why is { Length: > 0 } why => why,
        MeasuredRun run => Measured(run, stop.At, culture),
        _ => MetBeforeTraining,
    };

    private static string Measured(MeasuredRun run, int? at, CultureInfo culture)
    {
        var (labels, share) = (ForecastNumbers.Count(run.Examples, culture), run.Share.ToString("0.00", culture));
        var chance = ForecastNumbers.Percent(run.PTargetMet, culture);
        List<Said> said =
        [
            run.Outcome switch
            {
                RunOutcome.TargetMet => CheckReached(labels: labels, share: share, chance: chance),
                RunOutcome.BudgetUsedUp => CheckBudget(labels: labels, share: share, chance: chance),
                _ => CheckGoesOn(labels: labels, share: share, chance: chance, at: ForecastNumbers.Count(at ?? 0, culture)),
            },
        ];
        if (run.Unlikely) said.Add(CheckUnlikely(ForecastNumbers.Count(LabelAxis.MaxExamples, culture)));
        if (run.SmallTest) said.Add(CheckSmallTest(run.StandardError.ToString("0.00", culture)));
        return string.Join(' ', said);
    }

    private static string Area(double area, CultureInfo culture) => area.ToString("0.000", culture);
}
