// The reasons of an estimate in the words of the command line.
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Cli;

internal static class StopOutput
{
    /// <summary>What stands wherever a published fit is used.</summary>
    public static string Reservation(PublishedFit fit) =>
        $"Published fit of {fit.Model}: full fine-tuning, {PublishedFit.Labels:N0} labels, {PublishedFit.TaskCount} tasks of the paper; "
        + $"error of the area {PublishedFit.AucScale:0.000}. It is no calibration of these weights and says nothing of another recipe.";

    public static string Remark(AreaRemark remark) => remark switch
    {
        AreaClipped clipped => $"clipped from {clipped.Raw:0.000} into {PaperFormula.LowestAuc} to {PaperFormula.HighestAuc}",
        MeanInstead mean => $"the mean of the reference tasks: CoS-Low does not tell tasks apart on this model (slope {mean.Slope:0.###}, "
            + $"leave-one-out error {mean.Error:0.000}, that of the mean {mean.MeanError:0.000})",
        _ => throw new InvalidOperationException($"There are no words for {remark.GetType().Name}."),
    };

    public static string Reason(StopReason? reason) => reason switch
    {
        FewFirstLabels few => $"{few.Given} of {CosLow.Size} first labels",
        NoFit => "the model is not calibrated, so no number of labels follows from CoS-Low; fine-tune and test at the next check",
        OneAnswerOnly one => $"all {one.Labels} labels have one answer: they tell nothing of how fast the task is learnt, and no check can",
        MetUntrained => "the zero-shot score meets the target already",
        SafeCount safe => "safe stop without measuring"
            + (safe.Asked > safe.Cap ? $" (the rule asks for {safe.Asked:N0}, the cap is {safe.Cap:N0})" : "")
            + $"; its {safe.Alpha:P0} rate of stopping too early was measured on the published curves of three models",
        MeasuredRun run => Measured(run),
        _ => throw new InvalidOperationException($"There are no words for {reason?.GetType().Name ?? "no reason"}."),
    };

    private static string Measured(MeasuredRun run)
    {
        var outcome = run.Outcome switch
        {
            RunOutcome.TargetMet => "target reached",
            RunOutcome.BudgetUsedUp => "budget used up without a sure sign of the target",
            _ => "next check",
        };
        return $"{outcome}: the run on {run.Examples:N0} labels is at {run.Share:0.00} of the way, P(target truly met) {run.PTargetMet:P0}"
            + (run.Unlikely ? $"; the target is unlikely to be reached with {LabelAxis.MaxExamples:N0} labels" : "")
            + (run.SmallTest ? $"; the test set is small (standard error {run.StandardError:0.00} of the way)" : "");
    }
}
