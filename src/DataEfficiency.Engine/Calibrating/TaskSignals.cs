// The signals of one task, taken as a project takes them.
using System.Diagnostics;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine.Calibrating;

internal sealed class TaskSignals(Estimator estimator, ITaskSource task, CalibrationOptions options)
{
    /// <summary>Random labels behind the 32 at which a probe is taken, as far as the pool goes.</summary>
    private static readonly int[] RandomCounts = [16, 32, 50, 100, 200];

    // Hidden states that are read in one piece.
    private const int ReadAtOnce = 16;

    private const int MeasuredTexts = 16, MeasuredLabels = 2;

    /// <summary>CoS-Low of the first draw, and every signal of every draw.</summary>
    /// <exception cref="InvalidDataException">Too few examples of the task have a gradient on this model.</exception>
    public (CosLow CosLow, IReadOnlyList<TaskSignal> All) Measure(CancellationToken cancel)
    {
        (CosLow, IReadOnlyList<TaskSignal>)? measured = null;
        Calibrating.Pieces.Run(Pieces((cosLow, all) => measured = (cosLow, all)), cancel);
        return measured!.Value;
    }

    /// <summary>The same in pieces.</summary>
    public IEnumerable<Action<GiveWay>> Pieces(Action<CosLow, IReadOnlyList<TaskSignal>> ended)
    {
        var pool = TaskPool.Unranked(estimator, task, options.PoolSize, options.Seed);
        foreach (var piece in pool.Rank()) yield return piece;
        CosLow? first = null;
        List<TaskSignal> all = [];
        for (var draw = 1; draw <= options.Draws; draw++)
        {
            TaskLabels labels = new(0, []);
            foreach (var piece in pool.Label(draw, RandomCounts[^1], drawn => labels = drawn)) yield return piece;
            var request = new ForecastRequest(task.Prompt, [.. labels.All.Take(labels.First).Select(l => l.Example)], new Target(.9),
                LabelAxis.MaxExamples);
            CosLow? cosLow = null;
            yield return _ => cosLow = estimator.Forecast(request).CosLow;
            if (cosLow is not { Median: { } median, StandardError: not null })
                throw new InvalidDataException(
                    $"Task {task.Name}: only {cosLow!.Count} of the candidates have a gradient on this model, too few for CoS-Low.");
            first ??= cosLow;
            all.Add(new(AreaSignal.CosLow, cosLow.Count, draw, median));
            foreach (var (signal, number, count) in Probes(labels))
            {
                ProbeReading? reading = null;
                while (reading is null or { Waiting: > 0 })
                    yield return way =>
                    {
                        way.Point();
                        reading = estimator.ProbeOf(task.Prompt, [.. labels.All.Take(count)], ReadAtOnce);
                    };
                if (reading.Score is { } score)
                    all.Add(new(signal, number, draw, score.AboveChance, score.Accuracy, score.ZeroShot));
            }
        }
        ended(first!, all);
    }

    /// <summary>Seconds that all of it takes at most, from a few texts: a hidden state is never dearer than a ranked text.</summary>
    public double Seconds(CancellationToken cancel)
    {
        var pool = task.Generate(TaskSplit.Train, Math.Min(MeasuredTexts + MeasuredLabels, options.PoolSize), options.Seed);
        string[] texts = [.. pool.Skip(MeasuredLabels).Select(e => e.Text)];
        // the first call reads the beginning that all prompts share
        estimator.Rank(task.Prompt, texts[..1], cancel: cancel);
        var clock = Stopwatch.StartNew();
        estimator.Rank(task.Prompt, texts, cancel: cancel);
        var text = clock.Elapsed.TotalSeconds / texts.Length;
        clock.Restart();
        foreach (var example in pool.Take(MeasuredLabels)) estimator.Observe(task.Prompt, example, cancel);
        var label = clock.Elapsed.TotalSeconds / MeasuredLabels;
        var size = Math.Min(options.PoolSize, task.Most(TaskSplit.Train));
        var labels = Math.Min(size, CosLow.Size + 2 * RandomCounts[^1]);
        return size * text + options.Draws * (labels * text + CosLow.Size * label);
    }

    // What each probe is judged by, and how many labels it is taken of.
    private static IEnumerable<(AreaSignal Signal, int Number, int Count)> Probes(TaskLabels labels) =>
        [.. from count in (int[])[Probe.Fewest, CosLow.Size] where count <= labels.First select (AreaSignal.ProbeOfLow, count, count),
            .. from random in RandomCounts let count = labels.First + 2 * random where count <= labels.All.Count
                select (AreaSignal.Probe, random, count)];
}
