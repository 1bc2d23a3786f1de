// `calibrate`: measures the reference tasks on a model and writes calibration.json beside its weights (method section 10).
using System.CommandLine;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Cli;

public sealed class CalibrateVerb : Verb
{
    private readonly Option<string> model = new("--model")
    {
        Description = "Model folder (Hugging Face layout); calibration.json is written into it.", Required = true,
    };
    private readonly Option<string> profile = new("--profile")
    {
        Description = "full, small (8 tasks, to 500 examples) or signals-only (CoS-Low without training).",
        DefaultValueFactory = _ => CalibrationOptions.Full,
    };
    private readonly Option<int> jobs = new("--jobs")
    {
        Description = "Runs at a time, each with --threads threads.", DefaultValueFactory = _ => 1,
    };
    private readonly Option<int?> steps = new("--max-steps") { Description = "Most steps of one run. Default: 200 (small: 60)." };
    private readonly Option<int?> patience = new("--patience")
    {
        Description = "Looks at the validation loss (every 20 steps) without a better one that end a run. Default: 5.",
    };
    private readonly Option<CheckTraining> training = new("--training")
    {
        Description = "What is trained: full, lora or ia3. Default: auto, all parameters of a model under 300 million, else a LoRA "
            + "adapter.",
    };
    private readonly Option<string[]> tasks = new("--tasks")
    {
        Description = "Only these reference tasks get a curve (see tasks --list). Default: those of the profile.",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<int?> test = new("--test") { Description = "Test examples of a task. Default: 1000." };
    private readonly Option<bool> join = new("--join")
    {
        Description = "Measure only the tasks that --tasks and --labelled name, by the recipe of the model's calibration, and add them "
            + "to it.",
    };
    private readonly CalibrationChoice joined = new();
    private readonly LabelledSets labelled = new();
    private readonly EngineChoice engine = new("Threads of one run. Default: 1.");

    public CalibrateVerb() : base("calibrate", "Measure reference tasks on a model: CoS-Low, curves, and the fit between them.")
    {
        foreach (var option in (Option[])[model, profile, jobs, steps, patience, test, training, tasks, join, joined.File,
            .. labelled.All, .. engine.All]) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var folder = arguments.GetValue(model)!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no model folder {folder}.");
        var options = arguments.GetValue(join) ? Joining(arguments, folder, output) : Anew(arguments);
        options = options with { Jobs = arguments.GetValue(jobs) };
        if (options.Jobs < 1 || options.MaxSteps < 1 || options.TestSize < 1 || options.Patience < 1)
            throw new ArgumentException("--jobs, --max-steps, --patience and --test must be at least 1.");
        var prompts = PromptBuilder.Load(folder, output.Progress);
        var calibration = new Calibrator(folder, prompts, options, engine.Of(arguments, output)).Run(output.Progress, cancel);
        if (arguments.GetValue(Json)) output.Json(calibration);
        else Print(calibration, output);
    }

    private CalibrationOptions Anew(ParseResult arguments)
    {
        if (arguments.GetValue(joined.File) is not null)
            throw new ArgumentException("--calibration names what --join adds to; without --join there is nothing to read.");
        var options = CalibrationOptions.Of(arguments.GetValue(profile)!);
        options = options with
        {
            Training = arguments.GetValue(training),
            MaxSteps = arguments.GetValue(steps) ?? options.MaxSteps, TestSize = arguments.GetValue(test) ?? options.TestSize,
            Patience = arguments.GetValue(patience) ?? options.Patience,
        };
        if (arguments.GetValue(tasks) is { Length: > 0 } only) options = options with { Tasks = Chosen(only, options) };
        return options with { Tasks = [.. options.Tasks, .. labelled.Of(arguments)] };
    }

    private CalibrationOptions Joining(ParseResult arguments, string folder, Output output)
    {
        Option[] recipe = [profile, steps, patience, test, training];
        if (recipe.FirstOrDefault(o => arguments.GetResult(o) is { Implicit: false }) is { } given)
            throw new ArgumentException($"{given.Name} has no place beside --join: the recipe is that of the calibration.");
        var calibration = joined.Of(folder, arguments, output);
        ITaskSource[] joining = [.. (arguments.GetValue(tasks) ?? []).Distinct().Select(ReferenceTaskList.Find), .. labelled.Of(arguments)];
        if (joining.Length == 0) throw new ArgumentException("--join needs tasks: name them with --labelled or --tasks.");
        if (joining.FirstOrDefault(t => calibration.Recipe.LearningRateTasks.Contains(t.Name)) is { } taken)
            throw new ArgumentException($"{taken.Name}: the learning rate was chosen on it, so it can have no place in the fit.");
        return CalibrationOptions.Joining(calibration, joining);
    }

    private static IReadOnlyList<ITaskSource> Chosen(string[] names, CalibrationOptions options)
    {
        if (names.Intersect(options.LearningRateTasks.Select(t => t.Name)).FirstOrDefault() is { } taken)
            throw new ArgumentException($"--tasks {taken}: the learning rate is chosen on it, so it can have no place in the fit.");
        return [.. names.Distinct().Select(ReferenceTaskList.Find)];
    }

    private static void Print(Calibration calibration, Output output)
    {
        foreach (var task in calibration.Tasks.OrderBy(t => t.Auc ?? 2))
            output.Line($"{task.Name,-16} CoS-Low {task.CosLow,6:0.000} +- {task.CosLowStandardError:0.000}  "
                + $"AUC {(task.Auc is { } auc ? $"{auc:0.000}" : "    -")}{(task.UsedForLearningRate ? "  (learning rate)" : "")}");
        output.Line(CalibrationFit.Of(calibration.Tasks) is { } fit
            ? $"AUC' = {fit.Coefficient:0.000} CoS-Low + {fit.Intercept:0.000} over {fit.Tasks} tasks; leave-one-out error "
                + $"{fit.LeaveOneOutError:0.000}, that of the mean {fit.MeanBaselineError:0.000}; correlation {fit.Correlation:0.000}. "
                + (fit.TellsTasksApart ? "CoS-Low tells tasks apart on this model." : "CoS-Low does not tell tasks apart on this model.")
            : "No fit: fewer than 8 tasks with a curve.");
        output.Line($"Written to {CalibrationFile.Name}.");
    }
}
