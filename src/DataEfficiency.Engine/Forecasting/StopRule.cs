// When to stop labelling (decision sections 4, 6 and 8). Rule A: nothing was fine-tuned, stop at a safe multiple of the paper's number.
// Rule B (better): the posterior places checks, stop when a measured score meets the target.
namespace DataEfficiency.Engine.Forecasting;

public static class StopRule
{
    /// <summary>Targets above it are taken as it.</summary>
    public const double HighestShare = .95;

    /// <summary>Display policy: below 8 examples only a count; from 8 the interval; from 16 the number; from 32 advice.</summary>
    public const int BandFrom = 8, NumberFrom = 16, AdviceFrom = CosLow.Size;

    /// <summary>gamma: P(target truly met) that rule B asks for.</summary>
    public const double Confidence = .80;

    /// <summary>At or below this P(reach), after two checks and 2,000 examples, a target is called unlikely.</summary>
    private const double UnlikelyReach = .05;
    private const int UnlikelyChecks = 2, UnlikelyExamples = 2000;

    private static readonly double[] Shares = [.70, .75, .80, .85, .90, .95];
    private static readonly double[] Careful = [1.94, 2.08, 1.96, 1.59, 1.20, 1.14], Bold = [1.22, 1.26, 1.16, .97, .90, .98];

    /// <summary>kappa(t): linear between the knots, flat outside.</summary>
    /// <param name="alpha">Accepted rate of stopping too early: .10 or .20, the two that were measured.</param>
    public static double Kappa(double share, double alpha)
    {
        var knots = alpha switch
        {
            .10 => Careful,
            .20 => Bold,
            _ => throw new ArgumentException($"Rule A was measured at an early rate of .10 and .20, not at {alpha}."),
        };
        if (share <= Shares[0]) return knots[0];
        for (var i = 1; i < Shares.Length; i++)
            if (share <= Shares[i]) return knots[i - 1] + (knots[i] - knots[i - 1]) * (share - Shares[i - 1]) / (Shares[i] - Shares[i - 1]);
        return knots[^1];
    }

    /// <summary>
    /// Labels of rule A before the cap: ceil(max(kappa(t) n_paper, smallest n that is enough with 1 - alpha given reach)). kappa alone is
    /// too bold for easy tasks. At alpha = .10 the second is the 90 % of decision section 6; at .20 it follows alpha, or kappa's .20 knots
    /// would never speak.
    /// </summary>
    /// <param name="own">kappa of one's own needs; null: the published one.</param>
    public static int SafeStop(double share, double labelsNeededPaper, double alpha, PosteriorWeights posterior, OwnKappa? own = null)
    {
        var enough = posterior.Quantile(1 - alpha) ?? LabelAxis.MaxExamples;
        var kappa = own?.At(share, alpha) ?? Kappa(share, alpha);
        return (int)Math.Ceiling(Math.Max(kappa * labelsNeededPaper, enough) - 1e-9);
    }

    /// <summary>The advice of the moment: rule B once a fine-tune was measured, else rule A from 32 examples where CoS-Low has a fit, else
    /// none.</summary>
    /// <param name="labels">All labels so far.</param>
    /// <param name="cosLowCount">m, the examples behind CoS-Low.</param>
    /// <param name="confidence">gamma of rule B (<see cref="CheckPoints.Steps"/>).</param>
    public static StopAdvice Advise(ForecastRequest request, TargetScale scale, PosteriorForecast forecast, int labels, int cosLowCount,
        double? labelsNeededPaper, double confidence = Confidence)
    {
        var cap = Math.Min(request.Cap, LabelAxis.MaxExamples);
        if (scale.Target.Share <= 0) return new("B", null, Advice.Stop, 1, 1, new MetUntrained());
        if (scale.Checks.Count > 0) return Measured(scale, forecast, cap, confidence);
        if (cosLowCount < AdviceFrom) return new("none", null, Advice.None, null, null, new FewFirstLabels(cosLowCount));
        if (labelsNeededPaper is not { } paper) return new("none", null, Advice.None, null, null, new NoFit());

        var own = OwnKappa.Of(request.OwnNeeds);
        var safe = SafeStop(scale.Target.Share, paper, request.Alpha, forecast.Weights, own);
        var at = Math.Min(cap, safe);
        return new("A", at, labels >= at ? Advice.Stop : Advice.KeepLabeling, PEnough(forecast, at), PEnoughIfReachable(forecast, at),
            new SafeCount(safe, cap, request.Alpha) { OwnTasks = own?.Tasks ?? 0 });
    }

    private static StopAdvice Measured(TargetScale scale, PosteriorForecast forecast, int cap, double confidence)
    {
        var last = scale.Checks[^1];
        var (share, met) = (scale.LastShare ?? last.Y, forecast.Posterior.PTargetMet ?? 0);
        if (share >= scale.Target.Share && met >= confidence)
            return new("B", last.Examples, Advice.Stop, met, met, Run(RunOutcome.TargetMet));
        if (last.Examples >= cap) return new("B", last.Examples, Advice.Stop, met, null, Run(RunOutcome.BudgetUsedUp));

        var at = Math.Min(cap, forecast.Posterior.NextCheck);
        var unlikely = forecast.Posterior.PReach <= UnlikelyReach
            && scale.Checks.Count >= UnlikelyChecks && last.Examples >= UnlikelyExamples;
        return new("B", at, Advice.KeepLabeling, PEnough(forecast, at), PEnoughIfReachable(forecast, at), Run(RunOutcome.NotYet, unlikely));

        MeasuredRun Run(RunOutcome outcome, bool unlikely = false) => new(outcome, last.Examples, share, last.StandardError, met, unlikely);
    }

    private static double PEnough(PosteriorForecast forecast, int at) => forecast.Weights.PSuffices(at);

    private static double? PEnoughIfReachable(PosteriorForecast forecast, int at) =>
        forecast.Weights.PReach > 0 ? Math.Min(1, forecast.Weights.PSuffices(at) / forecast.Weights.PReach) : null;
}
