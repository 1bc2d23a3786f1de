// The fit AUC' = c CoS-Low + I over a model's own reference tasks, and whether it says more than their mean (method sections 7 and 10).
namespace DataEfficiency.Engine.Forecasting;

/// <param name="LeaveOneOutError">Mean |predicted - measured AUC|, each task predicted by the fit over the others.</param>
/// <param name="MeanBaselineError">The same with the mean of the other tasks as the prediction.</param>
/// <param name="Correlation">Pearson's, of CoS-Low and AUC; 0 where either does not vary.</param>
public sealed record CalibrationFit(int Tasks, double Coefficient, double Intercept, double LeaveOneOutError, double MeanBaselineError,
    double MeanAuc, double Correlation)
{
    /// <summary>With fewer fitted tasks a model is "not calibrated".</summary>
    public const int SmallestTaskCount = 8;

    /// <summary>False where CoS-Low does not tell tasks apart on this model: the slope is not positive, or the mean of the tasks predicts
    /// as well.</summary>
    public bool TellsTasksApart => Coefficient > 0 && LeaveOneOutError < MeanBaselineError;

    /// <summary>The tasks that count for the fit: those with a measured area that the learning rate was not chosen on.</summary>
    public static IReadOnlyList<CalibrationTask> Fitted(IEnumerable<CalibrationTask> tasks) =>
        [.. tasks.Where(t => t.Auc is not null && !t.UsedForLearningRate)];

    /// <summary>The fit of a calibration's tasks, or null below 8 fitted ones.</summary>
    public static CalibrationFit? Of(IEnumerable<CalibrationTask> tasks) =>
        Fitted(tasks) is { Count: >= SmallestTaskCount } fitted ? Of([.. fitted.Select(t => (t.CosLow, t.Auc!.Value))]) : null;

    /// <summary>Ordinary least squares of AUC on CoS-Low with its leave-one-task-out error.</summary>
    /// <exception cref="ArgumentException">Fewer than three tasks, or a number that is not finite.</exception>
    public static CalibrationFit Of(IReadOnlyList<(double CosLow, double Auc)> tasks)
    {
        if (tasks.Count < 3)
            throw new ArgumentException($"A fit with a leave-one-out error needs at least 3 tasks; there are {tasks.Count}.");
        if (tasks.FirstOrDefault(t => !double.IsFinite(t.CosLow) || !double.IsFinite(t.Auc)) is var bad && bad != default)
            throw new ArgumentException($"A reference task has CoS-Low {bad.CosLow} and AUC {bad.Auc}; both must be finite.");

        var (slope, intercept) = Line(tasks);
        double error = 0, meanError = 0;
        for (var i = 0; i < tasks.Count; i++)
        {
            (double CosLow, double Auc)[] others = [.. tasks.Where((_, j) => j != i)];
            var (c, b) = Line(others);
            error += Math.Abs(c * tasks[i].CosLow + b - tasks[i].Auc);
            meanError += Math.Abs(others.Average(t => t.Auc) - tasks[i].Auc);
        }
        var (meanX, meanY) = (tasks.Average(t => t.CosLow), tasks.Average(t => t.Auc));
        var (sxx, syy) = (tasks.Sum(t => Square(t.CosLow - meanX)), tasks.Sum(t => Square(t.Auc - meanY)));
        var correlation = sxx > 0 && syy > 0 ? tasks.Sum(t => (t.CosLow - meanX) * (t.Auc - meanY)) / Math.Sqrt(sxx * syy) : 0;
        return new(tasks.Count, slope, intercept, error / tasks.Count, meanError / tasks.Count, meanY, correlation);
    }

    /// <summary>Slope 0 where CoS-Low does not vary: the line is then the mean.</summary>
    private static (double Slope, double Intercept) Line(IReadOnlyList<(double CosLow, double Auc)> tasks)
    {
        var (meanX, meanY) = (tasks.Average(t => t.CosLow), tasks.Average(t => t.Auc));
        var sxx = tasks.Sum(t => Square(t.CosLow - meanX));
        var slope = sxx > 0 ? tasks.Sum(t => (t.CosLow - meanX) * (t.Auc - meanY)) / sxx : 0;
        return (slope, meanY - slope * meanX);
    }

    private static double Square(double z) => z * z;
}
