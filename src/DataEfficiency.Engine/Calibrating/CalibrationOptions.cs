// What is measured, and how: the recipe is part of a calibration's identity (method section 10).

using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Engine.Selection;

namespace DataEfficiency.Engine.Calibrating;

public sealed record CalibrationOptions
{
    /// <summary>full, small or signals-only.</summary>
    public required string Profile { get; init; }

    /// <summary>Tasks that the fit is over.</summary>
    public required IReadOnlyList<ITaskSource> Tasks { get; init; }

    /// <summary>Training sizes, 0 among them; empty: CoS-Low only.</summary>
    public required IReadOnlyList<int> Budgets { get; init; }

    /// <summary>Tasks the learning rate is chosen on; they get no curve and no place in the fit.</summary>
    public IReadOnlyList<ITaskSource> LearningRateTasks { get; init; } =
        [.. ReferenceTaskList.LearningRateTasks.Select(ReferenceTaskList.Find)];

    /// <summary>What is trained. Default: by the recipes' table, all parameters of a model under 300 million, else a LoRA
    /// adapter.</summary>
    public CheckTraining Training { get; init; } = CheckTraining.Auto;

    /// <summary>Learning rates to choose from, by the mean of the best validation losses. Default: null, those of the recipes'
    /// table.</summary>
    public IReadOnlyList<double>? LearningRates { get; init; }

    /// <summary>Training size of that choice. Default: 500.</summary>
    public int LearningRateBudget { get; init; } = 500;

    /// <summary>Default: the recipes' 16.</summary>
    public int BatchSize { get; init; } = RecipeTable.BatchSize;

    /// <summary>Default: the recipes' 200.</summary>
    public int MaxSteps { get; init; } = RecipeTable.MaxSteps;

    /// <summary>Steps between two looks at the validation loss. Default: the recipes' 20.</summary>
    public int EvaluateEvery { get; init; } = RecipeTable.EvaluateEvery;

    /// <summary>Looks without a better loss that end a run. Default: the recipes' 5.</summary>
    public int Patience { get; init; } = RecipeTable.Patience;

    /// <summary>Default: 200.</summary>
    public int ValidationSize { get; init; } = 200;

    /// <summary>Default: 1,000.</summary>
    public int TestSize { get; init; } = 1000;

    /// <summary>Unlabelled texts that are ranked to find the 32 of CoS-Low. Default: 320, the least that a tenth of gives 32.</summary>
    public int PoolSize { get; init; } = FirstThirtyTwo.PoolOfATenth;

    /// <summary>Draws of the 32 and of the random labels that signals are taken of. Default: 1.</summary>
    public int Draws { get; init; } = 1;

    /// <summary>Seed of the examples, of the draw of the 32 and of the order of batches. Default: 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Runs at a time, each on one thread. Default: 1.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>A calibration that the tasks join: its recipe and rate are theirs, and its other tasks stay as they were measured.
    /// Default: null, none.</summary>
    public Calibration? Joins { get; init; }

    public const string Full = "full", Small = "small", SignalsOnly = "signals-only";

    private const int SmallTasks = 8;

    // Room for 200 random labels and as many of the least confident behind the 32.
    private const int FullPool = 1000;

    /// <exception cref="ArgumentException">There is no such profile.</exception>
    public static CalibrationOptions Of(string profile)
    {
        var all = ReferenceTaskList.Fitted;
        return profile switch
        {
            Full => new() { Profile = profile, Tasks = all, Budgets = LabelAxis.Budgets, PoolSize = FullPool, Draws = 2 },
            // Every so many tasks of the list, so that easy and hard ones are among them.
            Small => new() { Profile = profile, Tasks = [.. Enumerable.Range(0, SmallTasks).Select(i => all[i * all.Count / SmallTasks])],
                Budgets = [.. LabelAxis.Budgets.Where(n => n <= 500)], MaxSteps = 60 },
            SignalsOnly => new()
            {
                Profile = profile, Tasks = [.. all, .. ReferenceTaskList.LearningRateTasks.Select(ReferenceTaskList.Find)], Budgets = [],
                LearningRateTasks = [],
            },
            _ => throw new ArgumentException($"There is no profile '{profile}'. There are: {Full}, {Small}, {SignalsOnly}."),
        };
    }

    /// <summary>Tasks that join a calibration, measured as it was.</summary>
    /// <exception cref="ArgumentException">It was made by an older recipe.</exception>
    public static CalibrationOptions Joining(Calibration calibration, IReadOnlyList<ITaskSource> tasks)
    {
        var recipe = calibration.Recipe;
        if (calibration.IsOfOlderRecipe)
            throw new ArgumentException("This calibration's curves were trained by an older recipe, which no task can join: calibrate "
                + "anew.");
        return new()
        {
            Profile = calibration.Profile, Tasks = tasks, Budgets = recipe.Budgets, LearningRateTasks = [], Joins = calibration,
            Training = Enum.Parse<CheckTraining>(recipe.Trained), BatchSize = recipe.BatchSize, MaxSteps = recipe.MaxSteps,
            EvaluateEvery = recipe.EvaluateEvery, Patience = recipe.Patience, ValidationSize = recipe.ValidationSize,
            TestSize = recipe.TestSize, PoolSize = calibration.Profile == Full ? FullPool : FirstThirtyTwo.PoolOfATenth,
            Draws = calibration.Tasks.SelectMany(t => t.Signals ?? []).Select(s => s.Draw).DefaultIfEmpty(1).Max(),
        };
    }
}
