// A whole fine-tuning run: seeded order, cosine rate, early stopping on the validation loss, the best checkpoint kept (method section 8).
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;

namespace DataEfficiency.Engine.FineTuning;

/// <param name="ValidationLoss">At the last look; NaN before the first.</param>
public sealed record TrainingProgress(int Step, int Steps, double Loss, double ValidationLoss);

/// <param name="Steps">Steps taken; the parameters are those of <paramref name="BestStep"/>.</param>
/// <param name="BestStep">0: no step was better than the model given.</param>
public sealed record TrainingResult(int Steps, int BestStep, double ValidationLossBefore, double ValidationLoss);

internal static class FineTune
{
    /// <summary>Examples in one seeded order: the first n are the subset of size n, so that smaller subsets lie inside larger ones.</summary>
    public static IReadOnlyList<T> Shuffled<T>(IReadOnlyList<T> examples, long seed)
    {
        var order = examples.ToArray();
        new Random(unchecked((int)(seed ^ (seed >> 32)))).Shuffle(order);
        return order;
    }

    /// <summary>Trains until the steps or the patience are used up and leaves the best parameters in place. Epochs are reshuffled, seeded.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two steps; the best parameters so far are in place.</exception>
    public static TrainingResult Run(ModelSession session, Adapter? adapter, IReadOnlyList<TokenSequence> train, IReadOnlyList<TokenSequence> validation, TrainingOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancel = default)
    {
        train = [.. train.Where(s => s.Kept > 0)];
        if (train.Count == 0) throw new ArgumentException("There is no training example whose answer has a token that counts.", nameof(train));
        if (validation.All(s => s.Kept == 0)) throw new ArgumentException("There is no validation example whose answer has a token that counts.", nameof(validation));
        using var trainer = new Trainer(session, options, adapter);
        var before = trainer.Loss(validation);
        var (best, bestStep, step, worse, last) = (before, 0, 0, 0, before);
        var checkpoint = trainer.Snapshot();
        try
        {
            foreach (var batch in Batches(train, options))
            {
                if (step >= options.MaxSteps || worse >= options.Patience) break;
                cancel.ThrowIfCancellationRequested();
                var loss = trainer.Step(batch, options.RateAt(++step, options.MaxSteps));
                if (step % options.EvaluateEvery == 0 || step == options.MaxSteps)
                {
                    last = trainer.Loss(validation);
                    worse = last < best ? 0 : worse + 1;
                    if (last < best)
                    {
                        (best, bestStep) = (last, step);
                        checkpoint.Dispose();
                        checkpoint = trainer.Snapshot();
                    }
                }
                progress?.Report(new TrainingProgress(step, options.MaxSteps, loss, last));
            }
        }
        finally
        {
            trainer.Restore(checkpoint);
            checkpoint.Dispose();
        }
        return new TrainingResult(step, bestStep, before, best);
    }

    private static IEnumerable<IReadOnlyList<TokenSequence>> Batches(IReadOnlyList<TokenSequence> train, TrainingOptions options)
    {
        for (long epoch = 0; ; epoch++)
            foreach (var batch in Shuffled(train, options.Seed + epoch).Chunk(options.BatchSize)) yield return batch;
    }
}
