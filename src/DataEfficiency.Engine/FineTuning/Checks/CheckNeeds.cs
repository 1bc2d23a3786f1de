// What a check needs, known before it starts: memory, room for its checkpoints, time.
using System.Diagnostics;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning.Checks;

internal static class CheckNeeds
{
    private const int WarmSteps = 1, MeasuredSteps = 2, MeasuredAnswers = 8, MeasuredRankings = 2;

    /// <summary>A forward pass is a third of a training step.</summary>
    private const double Forward = 1 / 3.0;

    /// <exception cref="ModelException">The memory or the folder's disk does not suffice; the message names model and size, and LoRA
    /// where that would fit.</exception>
    public static void Require(Decoder decoder, CheckPlan plan, long? free = null)
    {
        try
        {
            TrainingMemory.Require(decoder, plan.Recipe(plan.Rates[0]), free);
            new RunFiles(plan.Request.Folder, long.MaxValue).Require(CheckpointBytes(decoder, plan));
        }
        catch (ModelException refused)
        {
            throw new ModelException($"{plan.Model.Name}: {refused.Message}", refused);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelFault.Disk,
                $"The folder {plan.Request.Folder} of a check cannot be written: {refused.Message}", refused);
        }
    }

    /// <summary>What the whole check would cost at most, by a few measured steps and answers.</summary>
    public static CheckCost Measure(ModelSession session, IPrompts prompts, CheckPlan plan, Action? giveWay, CancellationToken cancel,
        long? free = null)
    {
        Require(session.Decoder, plan, free);
        var away = TimeSpan.Zero;
        var way = new GiveWay(giveWay is null ? null : () =>
        {
            var left = Stopwatch.GetTimestamp();
            giveWay();
            away += Stopwatch.GetElapsedTime(left);
        }, cancel);
        using var scope = NewDisposeScope();
        var fold = plan.Folds[0];
        var recipe = plan.Recipe(plan.Rates[0]) with { MaxSteps = WarmSteps + MeasuredSteps };
        double step;
        using (var run = new TrainingRun(session, recipe, plan.Sequences(fold.Train), [], free: free))
        {
            while (run.Progress.Step < WarmSteps) run.Step(way);
            step = Seconds(() => run.Run(giveWay: way)) / MeasuredSteps;
        }
        CheckExample[] held = [.. plan.Scored.Take(MeasuredAnswers)];
        using (var warm = new CheckAnswers(session, prompts, plan, held[..1], [], null)) warm.Step(way);
        using var answering = new CheckAnswers(session, prompts, plan, held, [], []);
        var answer = Seconds(() => answering.Step(way)) / held.Length;
        var rankings = plan.Labels is null ? 0 : Math.Min(MeasuredRankings, held.Length);
        var ranking = rankings == 0 ? 0 : Seconds(() =>
        {
            for (var i = 0; i < rankings; i++) answering.Step(way);
        }) / rankings;

        var looked = Math.Ceiling(fold.Validation.Count / (double)RecipeTable.BatchSize);
        var looks = (1 + plan.MaxSteps / RecipeTable.EvaluateEvery) * looked * step * Forward;
        var evaluation = plan.Scored.Count * (2 * answer + ranking);
        var values = Values(session.Decoder, plan);
        return new CheckCost(step, evaluation, plan.Runs * (plan.MaxSteps * step + looks) + evaluation,
            plan.Trained == Trained.Full ? TrainingMemory.Full(session.Decoder.Parameters.Flat.numel(), session.Decoder.Dtype)
                : TrainingMemory.Full(values, ScalarType.Float32),
            2 * CheckpointBytes(session.Decoder, plan) + plan.Folds.Count * 4 * values);

        double Seconds(Action work)
        {
            var (begun, before) = (Stopwatch.GetTimestamp(), away);
            work();
            return (Stopwatch.GetElapsedTime(begun) - (away - before)).TotalSeconds;
        }
    }

    private static long CheckpointBytes(Decoder decoder, CheckPlan plan) => RunFiles.Overhead + 4 * 4 * Values(decoder, plan);

    private static long Values(Decoder decoder, CheckPlan plan)
    {
        if (plan.Trained == Trained.Full) return decoder.Parameters.Flat.numel();
        using var adapter = plan.Recipe(plan.Rates[0]).NewAdapter(decoder.Config, CPU);
        return adapter!.Flat.numel();
    }
}
