// Fine-tunes the model fully on the first n examples of a task and tests it. One runner is one worker: it owns a copy of the model.
using System.Diagnostics;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Calibrating;

internal sealed class TaskRunner(string folder, IPrompts prompts, CalibrationOptions options, Device device, ScalarType type) : IDisposable
{
    private const int MeasuredSteps = 4, MeasuredTests = 32;
    private readonly ModelSession _session = ModelSession.Load(folder, device, type);

    /// <summary>One point of the curve. Zero examples: the model as it is.</summary>
    public CalibrationRun Run(ReferenceTask task, int examples, double rate, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var scope = NewDisposeScope();
        var data = Examples(task);
        var (validation, test) = (data.Validation(), data.Test());
        if (examples == 0)
        {
            var loss = MicroBatches.Loss(_session.Decoder, null, validation, Recipe(rate));
            return Tested(_session, task, test, new TrainingResult(0, 0, loss, loss), examples, clock, cancel);
        }
        using var run = new TrainingRun(_session, Recipe(rate), data.Train(examples), validation);
        var result = run.Run(giveWay: cancel);
        using var loan = run.Adapter is { } adapter ? run.Model.Lend(adapter) : null;
        return Tested(run.Model, task, test, result, examples, clock, cancel);
    }

    /// <summary>Seconds of one training step on this task, of one look at its validation loss, and of one test.</summary>
    public (double Step, double Look, double Test) Measure(ReferenceTask task, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var data = Examples(task);
        var (train, validation, test) = (data.Train(options.BatchSize), data.Validation(), data.Test().Take(MeasuredTests).ToList());
        var recipe = Recipe(1e-6) with { MaxSteps = MeasuredSteps, EvaluateEvery = MeasuredSteps };
        using var run = new TrainingRun(_session, recipe, train, []);
        var step = Seconds(() => run.Run(giveWay: cancel)) / MeasuredSteps;
        var look = Seconds(() => MicroBatches.Loss(run.Model.Decoder, null, validation, recipe));
        var tested = Seconds(() => Scores(run.Model, task, test, cancel));
        return (step, look, tested * options.TestSize / test.Count);
    }

    private TaskExamples Examples(ReferenceTask task) => new(task, prompts, _session.Decoder.Config.ContextLength, options);

    private CalibrationRun Tested(ModelSession model, ReferenceTask task, IReadOnlyList<Example> test, TrainingResult result, int examples,
        Stopwatch clock, CancellationToken cancel)
    {
        var (exact, ranked) = Scores(model, task, test, cancel);
        var seconds = Math.Round(clock.Elapsed.TotalSeconds, 2);
        return new CalibrationRun(examples, exact, result.ValidationLoss, result.Steps, options.Seed, seconds, ranked);
    }

    private (double Exact, double? Ranked) Scores(ModelSession model, ReferenceTask task, IReadOnlyList<Example> test,
        CancellationToken cancel)
    {
        var evaluation = new Evaluation(model, prompts);
        return (evaluation.ExactMatch(task.Prompt, test, cancel: cancel),
            task.Prompt.Answers is { } labels ? evaluation.LabelRanking(task.Prompt, labels, test, cancel: cancel) : null);
    }

    private Recipe Recipe(double rate) => RecipeTable.Of(Trained, rate, options.Seed) with
    {
        BatchSize = options.BatchSize, MaxSteps = options.MaxSteps, EvaluateEvery = options.EvaluateEvery, Patience = options.Patience,
    };

    private Trained Trained => RecipeTable.TrainedFor(options.Training, _session.Decoder.Parameters.Count);

    private static double Seconds(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }

    public void Dispose() => _session.Dispose();
}
