// Measures reference tasks on a model: CoS-Low of each, its curve of scores over training sizes, and the fit between them (method section
// 10).
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Forecasting;
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
    private const long AdapterSeed = 1;
    private const int AdapterRank = 64;
    private const double AdapterAlpha = 32;
    // Part of the journal's identity: 1 was another order of the candidates, 2 had CoS-Low alone.
    private const int Draw = 3;
    private readonly long _parameters = RecipeTable.Parameters(ModelConfig.Load(folder));
    private readonly EngineOptions _engine = (engine ?? new EngineOptions()) with
    {
        Threads = engine?.Threads ?? 1, AdapterSeed = AdapterSeed, AdapterRank = AdapterRank, AdapterAlpha = AdapterAlpha,
        AdapterMatricesFile = null,
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
        var weights = WeightFiles.Sha256(folder);
        using var journal = new CalibrationJournal(Path.Combine(folder, JournalName), Identity(weights, place.Type));
        if (journal.Resumed > 0) note?.Invoke($"{journal.Resumed} finished pieces are taken over from {journal.Path}");
        MeasureSignals(journal, note, cancel);
        var rate = double.NaN;
        if (options.Budgets.Count > 0)
        {
            EstimateCost(place, journal, note, cancel);
            rate = ChooseRate(place, journal, note, cancel);
            List<(ReferenceTask Task, int Examples)> missing =
                [.. from t in options.Tasks from n in options.Budgets where journal.Run(t.Name, n) is null select (t, n)];
            var (done, all) = (options.Tasks.Count * options.Budgets.Count - missing.Count, options.Tasks.Count * options.Budgets.Count);
            InParallel(place, missing, (runner, work) =>
            {
                var (task, examples) = work;
                var run = runner.Run(task, examples, rate, cancel);
                journal.Add(new JournalEntry(task.Name, run.Seconds, Run: run));
                note?.Invoke($"[{Interlocked.Increment(ref done)}/{all}] {task.Name} {examples}: {Said(run)}");
            }, cancel);
        }
        var calibration = Compose(journal, weights, rate, place.Type);
        CalibrationFile.Save(CalibrationFile.PathIn(folder), calibration);
        journal.Delete();
        return calibration;
    }

    private IEnumerable<ReferenceTask> AllTasks => options.Tasks.Concat(options.LearningRateTasks);

    private static string Said(CalibrationRun run) =>
        $"score {run.Score:0.000}{(run.LabelRanking is { } ranked ? $", labels ranked {ranked:0.000}" : "")}, "
        + $"validation loss {run.ValidationLoss:0.000}, {run.Steps} steps, {run.Seconds:0} s";

    private string Identity(string weights, ScalarType type) => JsonSerializer.Serialize(new
    {
        version = CalibrationFile.Version, draw = Draw, weights, options.Profile, recipe = Recipe(0, type), LearningRates,
        options.LearningRateBudget, options.PoolSize, options.Draws, options.Seed, prompts = PromptsHash.Of(prompts),
    });

    private CalibrationRecipe Recipe(double rate, ScalarType type) => new(AdapterSeed, AdapterRank, AdapterAlpha, rate, options.BatchSize,
        options.MaxSteps, options.EvaluateEvery, options.Patience, options.ValidationSize, options.TestSize, options.Budgets,
        [.. options.LearningRateTasks.Select(t => t.Name)], CalibrationRecipe.Current, Placement.Spelled(type), $"{Trained}");

    private Trained Trained => RecipeTable.TrainedFor(options.Training, _parameters);

    private IReadOnlyList<double> LearningRates => options.LearningRates ?? RecipeTable.Rates(Trained, _parameters);

    private void MeasureSignals(CalibrationJournal journal, Action<string>? note, CancellationToken cancel)
    {
        var missing = AllTasks.Where(t => journal.Signal(t.Name) is null).ToList();
        if (missing.Count == 0) return;
        using var estimator = Estimator.Load(folder, prompts, _engine);
        foreach (var task in missing)
        {
            cancel.ThrowIfCancellationRequested();
            var clock = Stopwatch.StartNew();
            var signals = new TaskSignals(estimator, task, options).Measure(cancel);
            var (median, error) = (signals.CosLow.Median!.Value, signals.CosLow.StandardError!.Value);
            journal.Add(new JournalEntry(task.Name, Math.Round(clock.Elapsed.TotalSeconds, 2), median, error, Signals: signals.All));
            note?.Invoke($"{task.Name}: CoS-Low {median:0.000} +- {error:0.000}"
                + $"{string.Concat(signals.All.Where(t => t.Kind != AreaSignal.CosLow && t.Draw == 1)
                    .Select(t => $", probe {t.Examples} {t.Value:0.00}"))}, {clock.Elapsed.TotalSeconds:0} s");
        }
    }

    private void EstimateCost((Device, ScalarType) place, CalibrationJournal journal, Action<string>? note, CancellationToken cancel)
    {
        using var runner = NewRunner(place);
        double seconds = 0;
        var runs = 0;
        foreach (var task in options.Tasks)
        {
            var missing = options.Budgets.Count(n => n > 0 && journal.Run(task.Name, n) is null);
            if (missing == 0) continue;
            var (step, look, test) = runner.Measure(task, cancel);
            seconds += missing * (options.MaxSteps * step + (1 + options.MaxSteps / options.EvaluateEvery) * look + test);
            runs += missing;
        }
        if (runs > 0)
            note?.Invoke($"{runs} runs of at most {options.MaxSteps} steps: at most {seconds / 60 / options.Jobs:0} minutes with "
                + $"{options.Jobs} at a time, less where training stops early");
    }

    private TaskRunner NewRunner((Device Device, ScalarType Type) place) => new(folder, prompts, options, place.Device, place.Type);

    private double ChooseRate((Device, ScalarType) place, CalibrationJournal journal, Action<string>? note, CancellationToken cancel)
    {
        if (options.LearningRateTasks.Count == 0) throw new ArgumentException("Name the tasks to choose the learning rate on.");
        List<(ReferenceTask, double)> missing =
            [.. from t in options.LearningRateTasks from r in LearningRates where journal.Trial(t.Name, r) is null select (t, r)];
        InParallel(place, missing, (runner, work) =>
        {
            var (task, trial) = work;
            var run = runner.Run(task, options.LearningRateBudget, trial, cancel);
            journal.Add(new JournalEntry(task.Name, run.Seconds, TrialRate: trial, Run: run));
            note?.Invoke($"learning rate {trial} on {task.Name}: {Said(run)}");
        }, cancel);
        var best = LearningRates.MinBy(r => options.LearningRateTasks.Average(t => journal.Trial(t.Name, r)!.Run!.ValidationLoss));
        note?.Invoke($"learning rate {best}");
        return best;
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

    private Calibration Compose(CalibrationJournal journal, string weights, double rate, ScalarType type)
    {
        var forRate = options.LearningRateTasks.Select(t => t.Name).ToHashSet();
        var tasks = AllTasks.Select(task =>
        {
            var signal = journal.Signal(task.Name)!;
            var used = forRate.Contains(task.Name);
            List<JournalEntry> entries = used && options.Budgets.Count > 0 ? [journal.Trial(task.Name, rate)!]
                : [.. options.Budgets.Select(n => journal.Run(task.Name, n)!)];
            IReadOnlyList<CalibrationRun> runs = [.. entries.Select(e => e.Run!)];
            var area = used || runs.Count == 0 ? null : MeasuredArea.Of(runs, task.Ceiling, options.TestSize);
            return new CalibrationTask(task.Name, signal.CosLow!.Value, signal.StandardError!.Value, task.Ceiling, area, runs, used,
                signal.Seconds + entries.Sum(e => e.Seconds), signal.Signals);
        }).ToList();
        var fit = CalibrationFit.Of(tasks);
        return new Calibration(CalibrationFile.Version, new DirectoryInfo(folder).Name, weights, options.Profile,
            Recipe(double.IsNaN(rate) ? 0 : rate, type), tasks,
            fit?.Coefficient, fit?.Intercept, fit?.LeaveOneOutError, fit?.MeanBaselineError, tasks.Sum(t => t.DurationSeconds));
    }
}
