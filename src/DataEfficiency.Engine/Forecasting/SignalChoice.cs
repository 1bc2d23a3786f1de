// Which signal predicts the area on this model, and how well: every signal's line is judged on tasks that it was not fitted on, and so is
// the choice between them (signals section 1). A signal that says no more than the mean of the reference tasks is not used.
namespace DataEfficiency.Engine.Forecasting;

/// <summary>A reference task: its area, and its signals of each draw.</summary>
internal sealed record SignalTask(string Name, double Auc, IReadOnlyDictionary<AreaSignal, double[]> Values);

internal static class SignalChoice
{
    /// <param name="tasks">Each with values of all candidates.</param>
    /// <param name="probe">The probe's signal.</param>
    public static SignalErrors Of(IReadOnlyList<SignalTask> tasks, AreaSignal probe, bool withCosLow)
    {
        AreaSignal?[] candidates = withCosLow ? [null, AreaSignal.CosLow, probe] : [null, probe];
        var (chosen, errors) = Best(tasks, candidates);
        var nested = tasks.Select((task, i) =>
        {
            SignalTask[] others = [.. tasks.Where((_, j) => j != i)];
            return ErrorOn(task, others, Best(others, candidates).Chosen);
        }).Average();
        return new(chosen, nested, errors[^1], withCosLow ? errors[1] : null, errors[0], tasks.Count);
    }

    // The earlier of two equal ones: the simpler.
    private static (AreaSignal? Chosen, double[] Errors) Best(IReadOnlyList<SignalTask> tasks, AreaSignal?[] candidates)
    {
        double[] errors = [.. candidates.Select(c => ErrorsOf(tasks, c).Average())];
        var best = 0;
        for (var c = 1; c < errors.Length; c++)
            if (errors[c] < errors[best] && Line(tasks, candidates[c]!.Value).Slope > 0) best = c;
        return (candidates[best], errors);
    }

    /// <summary>|predicted - measured| of each task, by the line over the others; a null signal is their mean.</summary>
    public static double[] ErrorsOf(IReadOnlyList<SignalTask> tasks, AreaSignal? signal) =>
        [.. tasks.Select((task, i) => ErrorOn(task, [.. tasks.Where((_, j) => j != i)], signal))];

    /// <summary>Least squares over all draws of all tasks; slope 0 where the signal does not vary.</summary>
    public static (double Slope, double Intercept) Line(IReadOnlyList<SignalTask> tasks, AreaSignal signal)
    {
        (double X, double Y)[] points = [.. tasks.SelectMany(t => t.Values[signal].Select(v => (v, t.Auc)))];
        var (meanX, meanY) = (points.Average(p => p.X), points.Average(p => p.Y));
        var sxx = points.Sum(p => (p.X - meanX) * (p.X - meanX));
        var slope = sxx > 0 ? points.Sum(p => (p.X - meanX) * (p.Y - meanY)) / sxx : 0;
        return (slope, meanY - slope * meanX);
    }

    private static double ErrorOn(SignalTask task, IReadOnlyList<SignalTask> others, AreaSignal? signal)
    {
        if (signal is not { } s) return Math.Abs(others.Average(t => t.Auc) - task.Auc);
        var (slope, intercept) = Line(others, s);
        return task.Values[s].Average(v => Math.Abs(PaperFormula.Clip(slope * v + intercept) - task.Auc));
    }
}
