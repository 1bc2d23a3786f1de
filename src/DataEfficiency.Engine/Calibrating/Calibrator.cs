// Measures tasks on a model: CoS-Low of each, its curve of scores over training sizes, and the fit between them (method section 10).
using System.Collections.Concurrent;
using System.Diagnostics;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Models.Native;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Calibrating;

/// <summary>One calibration of one model folder. Finished runs lie in calibration.journal.jsonl until calibration.json is
/// written.</summary>
/// <param name="engine">Where and in which precision signals and curves alike are computed. Its threads (default: one) are those of each
/// run.</param>
public sealed class Calibrator(string folder, IPrompts prompts, CalibrationOptions options, EngineOptions? engine = null)
{
    public const string JournalName = "calibration.journal.jsonl";
    private readonly long _parameters = RecipeTable.Parameters(ModelConfig.Load(folder));
    private readonly EngineOptions _engine = (engine ?? new EngineOptions()) with
    {
        Threads = engine?.Threads ?? 1, AdapterSeed = CalibrationPlan.AdapterSeed, AdapterRank = CalibrationPlan.AdapterRank,
        AdapterAlpha = CalibrationPlan.AdapterAlpha, AdapterMatricesFile = null,
    };

    /// <summary>Measures what the journal does not hold yet and writes calibration.json beside the model.</summary>
    /// <param name="note">Told one line after each finished piece.</param>
    /// <exception cref="OperationCanceledException">Cancelled; finished runs are kept and a second call goes on behind them.</exception>
    public Calibration Run(Action<string>? note = null, CancellationToken cancel = default)
    {
        _engine.Check();
        NativeStartup.Ensure(_engine.LibTorchPath);
        var threads = get_num_threads();
        try
        {
            return Measure(Placement.Of(_engine.Device, _engine.Precision, _engine.SlowPrecision), note, cancel);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private Calibration Measure((Device Device, ScalarType Type) place, Action<string>? note, CancellationToken cancel)
    {
        set_num_threads(_engine.Threads!.Value);
        var plan = new CalibrationPlan(prompts, options, _parameters, WeightFiles.Sha256(folder), Placement.Spelled(place.Type));
        plan.Check();
        using var journal = new CalibrationJournal(Path.Combine(folder, JournalName), plan.Identity());
        if (journal.Resumed > 0) note?.Invoke($"{journal.Resumed} finished pieces are taken over from {journal.Path}");
        MeasureSignals(plan, journal, note, cancel);
        if (options.Budgets.Count > 0)
        {
            EstimateCost(plan, place, journal, note, cancel);
            ChooseRate(plan, place, journal, note, cancel);
            var (rate, missing) = (plan.Rate(journal), plan.MissingRuns(journal));
            var (done, all) = (plan.Runs - missing.Count, plan.Runs);
            InParallel(place, missing, (runner, work) =>
            {
                var (task, examples) = work;
                var run = runner.Run(task, examples, rate, cancel);
                journal.Add(new JournalEntry(task.Key, run.Seconds, Run: run));
                note?.Invoke($"[{Interlocked.Increment(ref done)}/{all}] {task.Name} {examples}: {Said(run)}");
            }, cancel);
        }
        var calibration = plan.Compose(new DirectoryInfo(folder).Name, journal);
        CalibrationFile.Save(CalibrationFile.PathIn(folder), calibration);
        journal.Delete();
        return calibration;
    }

    private static string Said(CalibrationRun run) =>
        $"score {run.Score:0.000}{(run.LabelRanking is { } ranked ? $", labels ranked {ranked:0.000}" : "")}, "
        + $"validation loss {run.ValidationLoss:0.000}, {run.Steps} steps, {run.Seconds:0} s";

    private void MeasureSignals(CalibrationPlan plan, CalibrationJournal journal, Action<string>? note, CancellationToken cancel)
    {
        var missing = plan.MissingSignals(journal);
        if (missing.Count == 0) return;
        using var estimator = Estimator.Load(folder, prompts, _engine);
        foreach (var task in missing)
        {
            cancel.ThrowIfCancellationRequested();
            var clock = Stopwatch.StartNew();
            var signals = new TaskSignals(estimator, task, options).Measure(cancel);
            var entry = JournalEntry.Of(task, signals.CosLow, signals.All, clock.Elapsed.TotalSeconds);
            journal.Add(entry);
            note?.Invoke($"{task.Name}: CoS-Low {entry.CosLow:0.000} +- {entry.StandardError:0.000}"
                + $"{string.Concat(signals.All.Where(t => t.Kind != AreaSignal.CosLow && t.Draw == 1)
                    .Select(t => $", probe {t.Examples} {t.Value:0.00}"))}, {clock.Elapsed.TotalSeconds:0} s");
        }
    }

    private void EstimateCost(CalibrationPlan plan, (Device, ScalarType) place, CalibrationJournal journal, Action<string>? note,
        CancellationToken cancel)
    {
        var missing = plan.MissingRuns(journal).Where(r => r.Examples > 0).GroupBy(r => r.Task).ToArray();
        if (missing.Length == 0) return;
        using var runner = NewRunner(place);
        var seconds = missing.Sum(task => plan.Seconds(runner, task.Key, task.Count(), cancel));
        note?.Invoke($"{missing.Sum(t => t.Count())} runs of at most {options.MaxSteps} steps: at most "
            + $"{seconds / 60 / options.Jobs:0} minutes with {options.Jobs} at a time, less where training stops early");
    }

    private TaskRunner NewRunner((Device Device, ScalarType Type) place) => new(folder, prompts, options, place.Device, place.Type);

    private void ChooseRate(CalibrationPlan plan, (Device, ScalarType) place, CalibrationJournal journal, Action<string>? note,
        CancellationToken cancel)
    {
        InParallel(place, plan.MissingTrials(journal), (runner, work) =>
        {
            var (task, trial) = work;
            var run = runner.Run(task, options.LearningRateBudget, trial, cancel);
            journal.Add(new JournalEntry(task.Key, run.Seconds, TrialRate: trial, Run: run));
            note?.Invoke($"learning rate {trial} on {task.Name}: {Said(run)}");
        }, cancel);
        note?.Invoke($"learning rate {plan.Rate(journal)}");
    }

    // Each worker is a thread of its own with its own copy of the model: dispose scopes are bound to threads.
    private void InParallel<T>((Device, ScalarType) place, IReadOnlyList<T> work, Action<TaskRunner, T> run, CancellationToken cancel)
    {
        if (work.Count == 0) return;
        var queue = new ConcurrentQueue<T>(work);
        var failures = new ConcurrentQueue<Exception>();
        var workers = Enumerable.Range(0, Math.Min(options.Jobs, work.Count)).Select(_ => new Thread(() =>
        {
            try
            {
                set_num_threads(_engine.Threads!.Value);
                using var runner = NewRunner(place);
                while (failures.IsEmpty && !cancel.IsCancellationRequested && queue.TryDequeue(out var item)) run(runner, item);
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        })).ToList();
        workers.ForEach(w => w.Start());
        workers.ForEach(w => w.Join());
        cancel.ThrowIfCancellationRequested();
        if (failures.TryDequeue(out var failure)) throw new ModelException($"A calibration run failed: {failure.Message}", failure);
    }
}
