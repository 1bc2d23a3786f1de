// What a calibration consists of, what of it is missing in a journal, and the file that comes of the whole: of the verb, which takes all
// cores, and of the portal, which goes step by step.
using System.Text.Json;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Calibrating;

/// <param name="parameters">Of the model.</param>
/// <param name="weights">Their SHA-256.</param>
/// <param name="precision">What signals and curves are computed in.</param>
internal sealed class CalibrationPlan(IPrompts prompts, CalibrationOptions options, long parameters, string weights, string precision)
{
    public const long AdapterSeed = 1;
    public const int AdapterRank = 64;
    public const double AdapterAlpha = 32;

    // Part of the journal's identity: 1 was another order of the candidates, 2 had CoS-Low alone.
    private const int Draw = 3;

    public IEnumerable<ITaskSource> AllTasks => options.Tasks.Concat(options.LearningRateTasks);

    public IReadOnlyList<double> LearningRates => options.LearningRates ?? RecipeTable.Rates(Trained, parameters);

    /// <summary>The learning rate that needs no choice; null: it is chosen.</summary>
    public double? KnownRate => options.Joins?.Recipe.LearningRate ?? (options.Budgets.Count == 0 ? 0 : null);

    private Trained Trained => RecipeTable.TrainedFor(options.Training, parameters);

    /// <exception cref="ArgumentException">Two tasks have one name, or the calibration that tasks join is of other weights.</exception>
    public void Check()
    {
        if (AllTasks.GroupBy(t => t.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Two tasks are named '{twice.Key}'; give one of them another name.");
        if (options.Joins is { } joined && joined.WeightsSha256 != weights)
            throw new ArgumentException($"The calibration of {joined.Model} was measured on other weights: tasks cannot join it.");
        if (KnownRate is null && options.LearningRateTasks.Count == 0)
            throw new ArgumentException("Name the tasks to choose the learning rate on.");
    }

    public string Identity() => JsonSerializer.Serialize(new
    {
        version = CalibrationFile.Version, draw = Draw, weights, options.Profile, recipe = Recipe(options.Joins?.Recipe.LearningRate ?? 0),
        LearningRates, options.LearningRateBudget, options.PoolSize, options.Draws, options.Seed, prompts = PromptsHash.Of(prompts),
    });

    /// <summary>Sizes of the curve, as far as the task's examples go.</summary>
    public IReadOnlyList<int> BudgetsOf(ITaskSource task) => [.. options.Budgets.Where(n => n <= task.Most(TaskSplit.Train))];

    public IReadOnlyList<ITaskSource> MissingSignals(CalibrationJournal journal) =>
        [.. AllTasks.Where(t => journal.Signal(t.Key) is null)];

    public IReadOnlyList<(ITaskSource Task, double Rate)> MissingTrials(CalibrationJournal journal) => KnownRate is not null ? []
        : [.. from t in options.LearningRateTasks from r in LearningRates where journal.Trial(t.Key, r) is null select (t, r)];

    public IReadOnlyList<(ITaskSource Task, int Examples)> MissingRuns(CalibrationJournal journal) =>
        [.. from t in options.Tasks from n in BudgetsOf(t) where journal.Run(t.Key, n) is null select (t, n)];

    /// <summary>Trainings of a task: of its curve, or for the choice of the learning rate.</summary>
    public int RunsOf(ITaskSource task) =>
        options.LearningRateTasks.Contains(task) ? LearningRates.Count : BudgetsOf(task).Count(n => n > 0);

    /// <summary>All runs, missing or not.</summary>
    public int Runs => options.Tasks.Sum(t => BudgetsOf(t).Count);

    /// <summary>All pieces, missing or not.</summary>
    public int All => AllTasks.Count() + (KnownRate is null ? options.LearningRateTasks.Count * LearningRates.Count : 0) + Runs;

    /// <summary>The best of the rates that were tried.</summary>
    public double Rate(CalibrationJournal journal) => KnownRate ?? LearningRates.MinBy(r =>
        options.LearningRateTasks.Average(t => journal.Trial(t.Key, r)!.Run!.ValidationLoss));

    /// <summary>Seconds that missing runs take at most.</summary>
    public double Seconds(TaskRunner runner, ITaskSource task, int runs, CancellationToken cancel)
    {
        var (step, look, test) = runner.Measure(task, cancel);
        return runs * (options.MaxSteps * step + (1 + options.MaxSteps / options.EvaluateEvery) * look + test);
    }

    public Calibration Compose(string model, CalibrationJournal journal)
    {
        var rate = Rate(journal);
        var forRate = options.LearningRateTasks.Select(t => t.Name).ToHashSet();
        CalibrationTask[] measured = [.. AllTasks.Select(task => Compose(task, forRate.Contains(task.Name), rate, journal))];
        var names = measured.Select(t => t.Name).ToHashSet();
        CalibrationTask[] tasks = [.. (options.Joins?.Tasks ?? []).Where(t => !names.Contains(t.Name)), .. measured];
        var fit = CalibrationFit.Of(tasks);
        return new Calibration(CalibrationFile.Version, model, weights, options.Profile, options.Joins?.Recipe ?? Recipe(rate), tasks,
            fit?.Coefficient, fit?.Intercept, fit?.LeaveOneOutError, fit?.MeanBaselineError, tasks.Sum(t => t.DurationSeconds));
    }

    private CalibrationTask Compose(ITaskSource task, bool forRate, double rate, CalibrationJournal journal)
    {
        var signal = journal.Signal(task.Key)!;
        List<JournalEntry> entries = forRate && options.Budgets.Count > 0 ? [journal.Trial(task.Key, rate)!]
            : [.. BudgetsOf(task).Select(n => journal.Run(task.Key, n)!)];
        IReadOnlyList<CalibrationRun> runs = [.. entries.Select(e => e.Run!)];
        var area = forRate || runs.Count == 0 ? null
            : MeasuredArea.Of(runs, task.Ceiling, Math.Min(options.TestSize, task.Most(TaskSplit.Test)));
        return new CalibrationTask(task.Name, signal.CosLow!.Value, signal.StandardError!.Value, task.Ceiling, area, runs, forRate,
            signal.Seconds + entries.Sum(e => e.Seconds), signal.Signals);
    }

    private CalibrationRecipe Recipe(double rate) => new(AdapterSeed, AdapterRank, AdapterAlpha, rate, options.BatchSize,
        options.MaxSteps, options.EvaluateEvery, options.Patience, options.ValidationSize, options.TestSize, options.Budgets,
        [.. options.LearningRateTasks.Select(t => t.Name)], CalibrationRecipe.Current, precision, $"{Trained}");
}
