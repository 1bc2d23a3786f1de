using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Cli.Evaluating;

/// <summary>One row of the table: what forecasts from these labels were worth.</summary>
/// <param name="Labels">Such as "32 low + 50 random".</param>
/// <param name="From">mean, CoS-Low, probe, chosen, check, probe and check.</param>
/// <param name="Curves">grid, or mixture with the other tasks' curves.</param>
/// <param name="AreaError">Mean |area of the posterior - measured area|.</param>
/// <param name="Bits">Mean |log2(median need / need)| over tasks that reach the target; null where none does.</param>
/// <param name="Covered">Share of those whose need lies in the 80 % interval.</param>
internal sealed record SignalsRow(string Labels, string From, string Curves, int Tasks, double AreaError, GainOverMean Gain, double? Bits,
    double? Covered);

/// <summary>Every task with a whole curve, forecast from its own signals by a calibration that never saw it.</summary>
internal sealed class SignalsEvaluation
{
    // A check on half of so many random labels is scored on the other half of two folds or a quarter (recipes' table).
    private static readonly int[] CheckSizes = [50, 100, 200];

    private sealed record Known(CalibrationTask Task, double Area, double? Need, Yardstick Others);

    private readonly IReadOnlyList<Known> _tasks;
    private readonly double _share;

    /// <exception cref="ArgumentException">Too few tasks with a whole curve and signals.</exception>
    public SignalsEvaluation(Calibration calibration, double share)
    {
        _share = share;
        var whole = CalibrationFit.Fitted(calibration.Tasks).Where(t => t.Signals is { Count: > 0 } && TaskCurve.IsWhole(t)).ToArray();
        if (whole.Length <= CalibrationFit.SmallestTaskCount)
            throw new ArgumentException($"This calibration has {whole.Length} tasks with a whole curve and signals; each is judged by the "
                + $"others, so at least {CalibrationFit.SmallestTaskCount + 1} are needed.");
        _tasks = [.. whole.Select(task =>
        {
            var curve = KnownCurve.Of(task);
            return new Known(task, curve.Area, curve.Need(share), Yardstick.Of(Without(calibration, task)));
        })];
    }

    public IReadOnlyList<SignalsRow> Rows(CancellationToken cancel)
    {
        List<SignalsRow> rows = [];
        var mean = Errors((k, _) => Mean(k), 1, library: false);
        foreach (var library in (bool[])[false, true])
        {
            Row("0", "mean", library, (k, _) => Mean(k));
            Row("32 low", "CoS-Low", library, (k, draw) => CosLow(k, draw));
            foreach (var n in Numbers(AreaSignal.ProbeOfLow)) Probes($"{n} low", AreaSignal.ProbeOfLow, n, library);
            foreach (var n in Numbers(AreaSignal.Probe)) Probes($"32 low + {n} random", AreaSignal.Probe, n, library);
            foreach (var n in CheckSizes)
            {
                Row($"{n} random", "check", library, (k, draw) => Mean(k) with { Checks = Check(k, n, draw) });
                if (!Numbers(AreaSignal.Probe).Contains(n)) continue;
                // the check's labels are the probe's: counted once or twice
                foreach (var (name, wider) in new[] { ("probe and check", 1), ("wide probe, check", AreaPrediction.BesideAChecksLabels) })
                    Row($"{n} random", name, library, (k, draw) => Probe(k, AreaSignal.Probe, n, draw) is { } p
                        ? new(p with { Scale = p.Scale * wider }, Check(k, n, draw)) : null);
            }
        }
        return rows;

        void Probes(string labels, AreaSignal signal, int n, bool library)
        {
            Row(labels, "probe", library, (k, draw) => Probe(k, signal, n, draw) is { } p ? new(p, []) : null);
            Row(labels, "chosen", library, (k, draw) => Chosen(k, signal, n, draw) is { } p ? new(p, []) : null);
        }

        void Row(string labels, string from, bool library, Func<Known, int, Said?> say)
        {
            cancel.ThrowIfCancellationRequested();
            var errors = Errors(say, Draws, library);
            if (errors.Count == 0) return;
            var gains = errors.Select(e => e.Value.Area - mean[e.Key].Area).ToArray();
            var needs = errors.Values.Where(e => e.Bits is not null).ToArray();
            rows.Add(new(labels, from, library ? "mixture" : "grid", errors.Count, errors.Values.Average(e => e.Area),
                GainOverMean.Of(gains),
                needs.Length == 0 ? null : needs.Average(e => e.Bits!.Value),
                needs.Length == 0 ? null : needs.Average(e => e.Covered!.Value)));
        }
    }

    private sealed record Said(AucPrediction? Area, IReadOnlyList<Check> Checks);

    private sealed record Errors3(double Area, double? Bits, double? Covered);

    private int Draws => _tasks.Max(k => k.Task.Signals!.Max(s => s.Draw));

    private int[] Numbers(AreaSignal kind) => [.. _tasks.SelectMany(k => k.Task.Signals!).Where(s => s.Kind == kind)
        .Select(s => s.Examples).Distinct().Order()];

    private Dictionary<string, Errors3> Errors(Func<Known, int, Said?> say, int draws, bool library)
    {
        var errors = new Dictionary<string, Errors3>();
        foreach (var known in _tasks)
        {
            var of = Enumerable.Range(1, draws).Select(draw => say(known, draw)).OfType<Said>()
                .Select(said => Of(known, said, library ? known.Others.Library : null)).ToArray();
            if (of.Length > 0)
                errors[known.Task.Name] = new(of.Average(e => e.Area), of.Average(e => e.Bits), of.Average(e => e.Covered));
        }
        return errors;
    }

    private Errors3 Of(Known known, Said said, CurveLibrary? library)
    {
        var posterior = PosteriorForecast.Of(_share, said.Area, said.Checks, band: [], library: library).Posterior;
        var area = Math.Abs(posterior.AucHat - known.Area);
        if (known.Need is not { } need || posterior.Median is not { } median) return new(area, null, null);
        return new(area, Math.Abs(Math.Log2(median / need)), need >= posterior.Low80 - 1e-9 && need <= posterior.High80 + 1e-9 ? 1 : 0);
    }

    private static Said Mean(Known known) => new(known.Others.Fit is { Mean: { } mean, MeanError: { } error }
        ? new(mean, error / AreaFit.ErrorPerScale) : null, []);

    private static Said? CosLow(Known known, int draw) => Of(known, AreaSignal.CosLow, null, draw) is { Value: var s }
        && known.Others.Fit is { } fit
            ? new(new(PaperFormula.Clip(fit.Points[0].Coefficient * s + fit.Points[0].Intercept), fit.Points[0].Scale), []) : null;

    private static AucPrediction? Probe(Known known, AreaSignal signal, int n, int draw)
    {
        if (Of(known, signal, n, draw) is not { } found
            || known.Others.Signals?.Of(signal, n, found.AsProbe(), known.Task.Ceiling, withCosLow: false) is not { } fits)
            return null;
        return new(PaperFormula.Clip(fits.Probe.Coefficient * fits.Signal + fits.Probe.Intercept),
            fits.Errors.Probe!.Value / AreaFit.ErrorPerScale);
    }

    private static AucPrediction? Chosen(Known known, AreaSignal signal, int n, int draw) => Of(known, signal, n, draw) is not { } found
        ? null : AreaPrediction.Of(known.Others, Of(known, AreaSignal.CosLow, null, draw)?.Value, Engine.CosLow.Size,
            known.Task.CosLowStandardError, new ProbeReading(signal, n, found.AsProbe(), null), ceiling: known.Task.Ceiling).Prediction;

    private static TaskSignal? Of(Known known, AreaSignal kind, int? n, int draw) =>
        known.Task.Signals!.FirstOrDefault(s => s.Kind == kind && s.Draw == draw && (n is null || s.Examples == n));

    // The curve's own run of that size, as a quarter of the labels would have scored it.
    private Check[] Check(Known known, int labels, int draw)
    {
        var (s0, ceiling) = (known.Task.Runs.First(r => r.Examples == 0).Score, known.Task.Ceiling);
        var m = labels / 4;
        var true_ = known.Task.Runs.First(r => r.Examples == labels).Score;
        var random = new SplitMix64(TaskSeed(known.Task.Name, labels, draw));
        var right = Enumerable.Range(0, m).Count(_ => random.NextUnit24() < true_);
        var point = CheckPoints.Of(labels, right, m, s0, ceiling);
        return [point with { Y = Math.Max(0, point.Y) }];
    }

    internal static ulong TaskSeed(string name, int labels, int draw) =>
        name.Aggregate((ulong)(31 * labels + draw), (hash, c) => unchecked(hash * 1099511628211UL ^ c));

    private static Calibration Without(Calibration calibration, CalibrationTask task)
    {
        CalibrationTask[] others = [.. calibration.Tasks.Where(t => t.Name != task.Name)];
        var fit = CalibrationFit.Of(others);
        return calibration with
        {
            Tasks = others, Coefficient = fit?.Coefficient, Intercept = fit?.Intercept, LeaveOneOutError = fit?.LeaveOneOutError,
            MeanBaselineError = fit?.MeanBaselineError,
        };
    }
}
