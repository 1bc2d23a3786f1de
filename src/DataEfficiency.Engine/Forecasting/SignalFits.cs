// The fits of a model's calibration for every signal and every number of labels that it was taken of: what a forecast chooses from.
namespace DataEfficiency.Engine.Forecasting;

/// <summary>The probe's fits of one calibration beside CoS-Low.</summary>
public sealed class SignalFits
{
    private readonly Dictionary<(AreaSignal, bool), (int Examples, IReadOnlyList<SignalTask> Tasks)[]> _tables = [];
    private readonly Dictionary<(AreaSignal, bool, int, bool), (SignalErrors Errors, AreaPoint Point, AreaPoint CosLow)> _known = [];
    private readonly Lock _lock = new();

    private SignalFits(IReadOnlyList<CalibrationTask> tasks)
    {
        foreach (var kind in Probes)
            foreach (var onTheWay in (bool[])[true, false])
                _tables[(kind, onTheWay)] = Tables(tasks, kind, onTheWay);
    }

    internal static IReadOnlyList<AreaSignal> Probes { get; } = [AreaSignal.ProbeOfLow, AreaSignal.Probe];

    /// <summary>Null where the calibration has no signal beside CoS-Low, or too few tasks with one.</summary>
    public static SignalFits? Of(Calibration? calibration)
    {
        if (calibration is null) return null;
        var fits = new SignalFits([.. CalibrationFit.Fitted(calibration.Tasks).Where(t => t.Signals is not null)]);
        return fits._tables.Values.Any(t => t.Length > 0) ? fits : null;
    }

    /// <summary>What a probe's score is as a signal, with errors and lines for it: on the score's scale where both the labels and the
    /// calibration know what the untrained model answers, else above chance.</summary>
    /// <param name="ceiling">Of the task that is forecast.</param>
    /// <param name="withCosLow">The project has a CoS-Low that may be chosen.</param>
    /// <returns>Null where the calibration has no such probe.</returns>
    public (double Signal, SignalErrors Errors, AreaPoint Probe, AreaPoint CosLow)? Of(AreaSignal probe, int counted, ProbeScore score,
        double ceiling, bool withCosLow)
    {
        if (score.OnTheWay(ceiling) is { } way && At(probe, counted, withCosLow, onTheWay: true) is var (errors, line, cosLow))
            return (way, errors, line, cosLow);
        return At(probe, counted, withCosLow) is var (old, above, beside) ? (score.AboveChance, old, above, beside) : null;
    }

    /// <summary>Errors and lines for a probe of so many labels: linear in log n between the numbers that were calibrated, the nearest one's
    /// outside them.</summary>
    /// <param name="onTheWay">Of <see cref="ProbeScore.OnTheWay"/>, not <see cref="ProbeScore.AboveChance"/>.</param>
    /// <param name="withCosLow">The project has a CoS-Low that may be chosen.</param>
    /// <returns>Null where the calibration has no such probe. The points' scales are those of the choice.</returns>
    public (SignalErrors Errors, AreaPoint Probe, AreaPoint CosLow)? At(AreaSignal probe, int examples, bool withCosLow,
        bool onTheWay = false)
    {
        if (!_tables.TryGetValue((probe, onTheWay), out var tables) || tables.Length == 0) return null;
        var (low, high, share) = LabelAxis.Between([.. tables.Select(t => t.Examples)], examples);
        var (a, b) = (Known(probe, onTheWay, low, withCosLow), Known(probe, onTheWay, high, withCosLow));
        if (low == high) return a;
        double Between(double from, double to) => from + share * (to - from);
        var nearer = share < .5 ? a.Errors : b.Errors;
        var errors = new SignalErrors(nearer.Chosen, Between(a.Errors.Error, b.Errors.Error),
            Between(a.Errors.Probe!.Value, b.Errors.Probe!.Value),
            withCosLow ? Between(a.Errors.CosLow!.Value, b.Errors.CosLow!.Value) : null, Between(a.Errors.Mean, b.Errors.Mean),
            Math.Min(a.Errors.Tasks, b.Errors.Tasks));
        return (errors, a.Probe.Towards(b.Probe, share, examples), a.CosLow.Towards(b.CosLow, share, examples));
    }

    private (SignalErrors Errors, AreaPoint Probe, AreaPoint CosLow) Known(AreaSignal probe, bool onTheWay, int table, bool withCosLow)
    {
        lock (_lock)
        {
            if (_known.TryGetValue((probe, onTheWay, table, withCosLow), out var known)) return known;
            var (examples, tasks) = _tables[(probe, onTheWay)][table];
            var errors = SignalChoice.Of(tasks, probe, withCosLow);
            AreaPoint Point(AreaSignal signal)
            {
                var (slope, intercept) = SignalChoice.Line(tasks, signal);
                return new(examples, slope, intercept, errors.Error / AreaFit.ErrorPerScale);
            }
            return _known[(probe, onTheWay, table, withCosLow)] = (errors, Point(probe), Point(AreaSignal.CosLow));
        }
    }

    /// <summary>The numbers of labels that enough tasks have the probe at, each with those tasks.</summary>
    /// <param name="onTheWay">On the score's scale: none where a task of the calibration was measured without what that takes, for the
    /// others alone would be fewer tasks than the line above chance has.</param>
    internal static (int Examples, IReadOnlyList<SignalTask> Tasks)[] Tables(IReadOnlyList<CalibrationTask> tasks, AreaSignal kind,
        bool onTheWay)
    {
        var signals = tasks.SelectMany(t => t.Signals!).Where(s => s.Kind == kind).ToList();
        if (onTheWay && signals.Exists(s => s.AsProbe().ZeroShot is null)) return [];
        return [.. signals.Select(s => s.Examples).Distinct().Order().Select(n => (n, Table(tasks, kind, n, onTheWay)))
            .Where(t => t.Item2.Count >= CalibrationFit.SmallestTaskCount)];
    }

    // Tasks that lack the probe at this number (free answers of too many kinds) have no part in its fit.
    private static List<SignalTask> Table(IReadOnlyList<CalibrationTask> tasks, AreaSignal kind, int examples, bool onTheWay) =>
        [.. from task in tasks
            let values = task.Signals!.Where(s => s.Kind == kind && s.Examples == examples)
                .Select(s => onTheWay ? s.AsProbe().OnTheWay(task.Ceiling) : s.Value).OfType<double>().ToArray()
            let cosLow = task.Signals!.Where(s => s.Kind == AreaSignal.CosLow).Select(s => s.Value).ToArray()
            where values.Length > 0 && cosLow.Length > 0
            select new SignalTask(task.Name, task.Auc!.Value,
                new Dictionary<AreaSignal, double[]> { [kind] = values, [AreaSignal.CosLow] = cosLow })];
}
