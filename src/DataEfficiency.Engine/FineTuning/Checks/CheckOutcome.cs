// What a check found, from its answers.
namespace DataEfficiency.Engine.FineTuning.Checks;

/// <param name="KeptSteps">Steps of the kept model's training: the mean of the folds' best.</param>
internal sealed record CheckOutcome(CheckResult Result, int KeptSteps)
{
    public static CheckOutcome Of(CheckPlan plan, CheckState state)
    {
        string[] answers = [.. state.Folds.SelectMany(f => f.Answers)];
        double[]?[] scores = [.. state.Folds.SelectMany(f => f.Scores)];
        CheckPrediction[] predictions = [.. plan.Scored.Select((e, i) =>
            new CheckPrediction(e.Id, answers[i], e.Example.IsAnsweredBy(answers[i]), state.ZeroShot[i],
                e.Example.IsAnsweredBy(state.ZeroShot[i]),
                plan.Labels is null ? null : Shares(scores[i])))];
        var runs = state.Folds.Select(f => f.Run).ToArray();
        var result = new CheckResult((int)Math.Round(plan.Folds.Average(f => plan.Sequences(f.Train).Count)),
            predictions.Average(p => p.Right ? 1 : 0.0),
            plan.Labels is null ? null : plan.Scored.Select((e, i) =>
                Evaluation.IsFirst(scores[i], plan.Request.Task.Answers!, e.Example)).Average(r => r ? 1 : 0.0), predictions.Length,
            predictions.Average(p => p.ZeroShotRight ? 1 : 0.0), runs[0].Rate, runs.Max(r => r.Steps), state.Seconds, predictions, null);
        return new CheckOutcome(result, (int)Math.Round(runs.Average(r => r.BestStep)));
    }

    // mean log-likelihoods as shares of one
    private static double[]? Shares(double[]? scores)
    {
        if (scores is null) return null;
        double[] weights = [.. scores.Select(s => Math.Exp(s - scores.Max()))];
        return [.. weights.Select(w => w / weights.Sum())];
    }
}
