// How far a check has come, as a share of the most that it may have to do.
namespace DataEfficiency.Engine.FineTuning.Checks;

/// <summary>In training steps; an answer costs about a tenth of one.</summary>
internal sealed class CheckShare(CheckPlan plan)
{
    private const double Answer = .1;

    public double Of(CheckState state, CheckPhase phase, int step)
    {
        if (phase == CheckPhase.Ended) return 1;
        double steps = plan.MaxSteps;
        var all = plan.Runs * steps + 2 * Answer * plan.Scored.Count;
        // of trials the last one is the first fold's
        var trained = state.Trials.Count + state.Folds.Count - (state.Trials.Count > 0 && state.Folds.Count > 0 ? 1 : 0);
        var answered = state.ZeroShot.Count + state.Folds.Sum(f => f.Answers.Count);
        return Math.Min(1, (trained * steps + step + Answer * answered) / all);
    }
}
