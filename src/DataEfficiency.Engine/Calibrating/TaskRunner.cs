// Fine-tunes the model on the first n examples of a task and tests it. One runner is one worker on one copy of the model.
using System.Diagnostics;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Calibrating;

/// <param name="session">Answers as before whatever is trained; the caller's.</param>
internal sealed class TaskRunner(ModelSession session, IPrompts prompts, CalibrationOptions options) : IDisposable
{
    private const int MeasuredSteps = 4, MeasuredTests = 32;

    // Test examples that are answered in one piece.
    private const int AtOnce = 128;

    private readonly ModelSession _session = session;
    private readonly bool _isOwn;

    /// <summary>With a copy of the model of its own.</summary>
    public TaskRunner(string folder, IPrompts prompts, CalibrationOptions options, Device device, ScalarType type)
        : this(ModelSession.Load(folder, device, type), prompts, options) => _isOwn = true;

    /// <exception cref="ModelException">Training does not fit into memory.</exception>
    public void RequireMemory() => TrainingMemory.Require(_session.Decoder, Recipe(1));

    /// <summary>One point of the curve. Zero examples: the model as it is.</summary>
    public CalibrationRun Run(ITaskSource task, int examples, double rate, CancellationToken cancel)
    {
        CalibrationRun? run = null;
        var seconds = Calibrating.Pieces.Run(Pieces(task, examples, rate, ended => run = ended), cancel);
        return run! with { Seconds = seconds };
    }

    /// <summary>The same in pieces.</summary>
    /// <param name="ended">Told what came out, without its seconds.</param>
    public IEnumerable<Action<GiveWay>> Pieces(ITaskSource task, int examples, double rate, Action<CalibrationRun> ended)
    {
        var data = Examples(task);
        var (validation, test) = (data.Validation(), data.Test());
        if (examples == 0)
        {
            var loss = double.NaN;
            yield return _ => loss = MicroBatches.Loss(_session.Decoder, null, validation, Recipe(rate));
            foreach (var piece in Tested(_session, task, test, new(0, 0, loss, loss), 0, ended)) yield return piece;
            yield break;
        }
        using var run = new TrainingRun(_session, Recipe(rate), data.Train(examples), validation);
        while (!run.HasEnded) yield return way => run.Step(way);
        // an adapter is lent to a session beside the one that answers others meanwhile
        var model = run.Adapter is null ? run.Model : _session.Beside();
        using var loan = run.Adapter is { } adapter ? model.Lend(adapter) : null;
        foreach (var piece in Tested(model, task, test, run.Result, examples, ended)) yield return piece;
    }

    /// <summary>Seconds of one training step on this task, of one look at its validation loss, and of one test.</summary>
    public (double Step, double Look, double Test) Measure(ITaskSource task, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var data = Examples(task);
        var (train, validation, test) = (data.Train(options.BatchSize), data.Validation(), data.Test());
        var recipe = Recipe(1e-6) with { MaxSteps = MeasuredSteps, EvaluateEvery = MeasuredSteps };
        using var run = new TrainingRun(_session, recipe, train, []);
        var step = Seconds(() => run.Run(giveWay: cancel)) / MeasuredSteps;
        var look = Seconds(() => MicroBatches.Loss(run.Model.Decoder, null, validation, recipe));
        Example[] measured = [.. test.Take(MeasuredTests)];
        var evaluation = new Evaluation(_session, prompts);
        var tested = Seconds(() =>
        {
            evaluation.ExactMatch(task.Prompt, measured, giveWay: cancel);
            if (task.Prompt.Answers is { } labels) evaluation.LabelRanking(task.Prompt, labels, measured, giveWay: cancel);
        });
        return (step, look, tested * test.Count / measured.Length);
    }

    private TaskExamples Examples(ITaskSource task) => new(task, prompts, _session.Decoder.Config.ContextLength, options);

    private IEnumerable<Action<GiveWay>> Tested(ModelSession model, ITaskSource task, IReadOnlyList<Example> test, TrainingResult result,
        int examples, Action<CalibrationRun> ended)
    {
        var evaluation = new Evaluation(model, prompts);
        double exact = 0, ranked = 0;
        foreach (var part in test.Chunk(AtOnce))
        {
            yield return way => exact += part.Length * evaluation.ExactMatch(task.Prompt, part, giveWay: way);
            if (task.Prompt.Answers is { } labels)
                yield return way => ranked += part.Length * evaluation.LabelRanking(task.Prompt, labels, part, giveWay: way);
        }
        ended(new CalibrationRun(examples, Share(exact), result.ValidationLoss, result.Steps, options.Seed, 0,
            task.Prompt.Answers is null ? null : Share(ranked)));

        // counts of examples, summed up as shares of their parts
        double Share(double right) => Math.Round(right) / test.Count;
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

    public void Dispose()
    {
        if (_isOwn) _session.Dispose();
    }
}
