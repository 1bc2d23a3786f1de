// Fine-tunes the model fully on the first n examples of a task and tests it. One runner is one worker: it owns a copy of the model.
using System.Diagnostics;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Calibrating;

internal sealed class TaskRunner : IDisposable
{
    private readonly ModelSession _session;
    private readonly Decoder _decoder;
    private readonly Tensor _base;
    private readonly IPrompts _prompts;
    private readonly CalibrationOptions _options;

    public TaskRunner(string folder, IPrompts prompts, CalibrationOptions options)
    {
        (_prompts, _options) = (prompts, options);
        _session = ModelSession.Load(folder);
        _decoder = _session.Decoder;
        _base = _decoder.Parameters.Flat.clone().DetachFromDisposeScope();
    }

    /// <summary>One point of the curve. Zero examples: the model as it is.</summary>
    public CalibrationRun Run(ReferenceTask task, int examples, double rate, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var scope = NewDisposeScope();
        _session.Change(() => _decoder.Parameters.Flat.copy_(_base));
        var data = new TaskSequences(task, _prompts, _decoder.Config.ContextLength, _options);
        var validation = data.Validation();
        TrainingResult result;
        if (examples == 0)
        {
            using var judge = new Trainer(_session, Recipe(rate));
            var loss = judge.Loss(validation);
            result = new TrainingResult(0, 0, loss, loss);
        }
        else result = FineTune.Run(_session, null, data.Train(examples), validation, Recipe(rate), null, cancel);
        var score = AnswerScore.Of(_decoder, data.Test());
        return new CalibrationRun(examples, score, result.ValidationLoss, result.Steps, _options.Seed, Math.Round(clock.Elapsed.TotalSeconds, 2));
    }

    /// <summary>Seconds of one training step on this task, of one look at its validation loss, and of one test.</summary>
    public (double Step, double Look, double Test) Measure(ReferenceTask task, CancellationToken cancel)
    {
        var data = new TaskSequences(task, _prompts, _decoder.Config.ContextLength, _options);
        var clock = Stopwatch.StartNew();
        FineTune.Run(_session, null, data.Train(_options.BatchSize), data.Train(1), Recipe(1e-6) with { MaxSteps = 4, EvaluateEvery = 4 }, null, cancel);
        var step = clock.Elapsed.TotalSeconds / 4;
        clock.Restart();
        AnswerScore.Of(_decoder, data.Validation());
        var look = clock.Elapsed.TotalSeconds;
        return (step, look, look * _options.TestSize / _options.ValidationSize);
    }

    private TrainingOptions Recipe(double rate) => new()
    {
        LearningRate = rate, BatchSize = _options.BatchSize, MaxSteps = _options.MaxSteps, EvaluateEvery = _options.EvaluateEvery, Patience = _options.Patience, Seed = _options.Seed,
    };

    public void Dispose()
    {
        _base.Dispose();
        _session.Dispose();
    }
}
