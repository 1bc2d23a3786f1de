// The signals of one reference task, taken as a project takes them.
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine.Calibrating;

internal sealed class TaskSignals(Estimator estimator, ReferenceTask task, CalibrationOptions options)
{
    /// <summary>Random labels behind the 32 at which a probe is taken, as far as the pool goes.</summary>
    private static readonly int[] RandomCounts = [16, 32, 50, 100, 200];

    /// <summary>CoS-Low of the first draw, and every signal of every draw.</summary>
    /// <exception cref="InvalidDataException">Too few examples of the task have a gradient on this model.</exception>
    public (CosLow CosLow, IReadOnlyList<TaskSignal> All) Measure(CancellationToken cancel)
    {
        var pool = new TaskPool(estimator, task, options.PoolSize, options.Seed, cancel);
        CosLow? first = null;
        List<TaskSignal> all = [];
        for (var draw = 1; draw <= options.Draws; draw++)
        {
            var labels = pool.Labels(draw, RandomCounts[^1], cancel);
            var request = new ForecastRequest(task.Prompt, [.. labels.All.Take(labels.First).Select(l => l.Example)], new Target(.9),
                LabelAxis.MaxExamples);
            var cosLow = estimator.Forecast(request, cancel).CosLow;
            if (cosLow is not { Median: { } median, StandardError: not null })
                throw new InvalidDataException(
                    $"Task {task.Name}: only {cosLow.Count} of the candidates have a gradient on this model, too few for CoS-Low.");
            first ??= cosLow;
            all.Add(new(AreaSignal.CosLow, cosLow.Count, draw, median));
            all.AddRange(Probes(labels, draw, cancel));
        }
        return (first!, all);
    }

    private IEnumerable<TaskSignal> Probes(TaskLabels labels, int draw, CancellationToken cancel)
    {
        foreach (var count in (int[])[Probe.Fewest, CosLow.Size])
            if (count <= labels.First && Of(count) is { } z) yield return new(AreaSignal.ProbeOfLow, count, draw, z);
        foreach (var random in RandomCounts)
        {
            var count = labels.First + 2 * random;
            if (count <= labels.All.Count && Of(count) is { } z) yield return new(AreaSignal.Probe, random, draw, z);
        }

        double? Of(int count) => estimator.ProbeOf(task.Prompt, [.. labels.All.Take(count)], cancel: cancel).Score?.AboveChance;
    }
}
