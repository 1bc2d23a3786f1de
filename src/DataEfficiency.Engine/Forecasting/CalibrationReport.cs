// What a calibration is worth, for people: each signal's line and points, its leave-one-out error beside the mean's, and which signal
// serves at which number of labels.
namespace DataEfficiency.Engine.Forecasting;

/// <param name="Value">The signal, mean of its draws.</param>
/// <param name="Error">|predicted - measured area|, predicted by the line over the other tasks.</param>
public sealed record SignalPoint(string Task, double Value, double Area, double Error);

/// <param name="Error">Mean of the points' errors.</param>
/// <param name="MeanError">That of the mean of the other tasks as the prediction.</param>
public sealed record SignalLine(AreaSignal Signal, int Examples, double Coefficient, double Intercept, double Error, double MeanError,
    GainOverMean Gain, IReadOnlyList<SignalPoint> Points);

/// <param name="Errors">Which signal serves there, and what each is worth.</param>
public sealed record ProbeWorth(SignalLine Line, SignalErrors Errors);

/// <param name="Tasks">Tasks that the fit is over.</param>
/// <param name="MeanArea">Mean of their areas.</param>
/// <param name="Probes">By kind and number of labels.</param>
public sealed record CalibrationReport(int Tasks, double MeanArea, SignalLine CosLow, IReadOnlyList<ProbeWorth> Probes)
{
    /// <summary>Null below 8 tasks with a measured area.</summary>
    public static CalibrationReport? Of(Calibration calibration)
    {
        var tasks = CalibrationFit.Fitted(calibration.Tasks);
        if (tasks.Count < CalibrationFit.SmallestTaskCount) return null;
        SignalTask[] cosLow = [.. tasks.Select(t => new SignalTask(t.Name, t.Auc!.Value, new Dictionary<AreaSignal, double[]>
        {
            [AreaSignal.CosLow] = t.Signals?.Where(s => s.Kind == AreaSignal.CosLow).Select(s => s.Value).ToArray() is { Length: > 0 } draws
                ? draws : [t.CosLow],
        }))];
        CalibrationTask[] probed = [.. tasks.Where(t => t.Signals is not null)];
        var probes =
            from kind in SignalFits.Probes
            let onTheWay = SignalFits.Tables(probed, kind, onTheWay: true)
            from table in onTheWay.Length > 0 ? onTheWay : SignalFits.Tables(probed, kind, onTheWay: false)
            select new ProbeWorth(Line(table.Tasks, kind, table.Examples), SignalChoice.Of(table.Tasks, kind, withCosLow: true));
        return new(tasks.Count, tasks.Average(t => t.Auc!.Value), Line(cosLow, AreaSignal.CosLow, Engine.CosLow.Size), [.. probes]);
    }

    private static SignalLine Line(IReadOnlyList<SignalTask> tasks, AreaSignal signal, int examples)
    {
        var (slope, intercept) = SignalChoice.Line(tasks, signal);
        double[] errors = SignalChoice.ErrorsOf(tasks, signal), mean = SignalChoice.ErrorsOf(tasks, null);
        return new(signal, examples, slope, intercept, errors.Average(), mean.Average(),
            GainOverMean.Of([.. errors.Zip(mean, (e, m) => e - m)]),
            [.. tasks.Select((t, i) => new SignalPoint(t.Name, t.Values[signal].Average(), t.Auc, errors[i]))]);
    }
}
