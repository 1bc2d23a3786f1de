// The signals of one reference task, taken as a project takes them: the pool is ranked, the first 32 of the draw come first, and behind
// them one random label and one of the least confident in turn.
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Engine.Selection;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Calibrating;

internal sealed class TaskSignals(Estimator estimator, ReferenceTask task, CalibrationOptions options)
{
    /// <summary>Random labels behind the 32 at which a probe is taken, as far as the pool goes.</summary>
    private static readonly int[] RandomCounts = [16, 32, 50, 100, 200];

    /// <summary>CoS-Low of the first draw, and every signal of every draw.</summary>
    /// <exception cref="InvalidDataException">Too few examples of the task have a gradient on this model.</exception>
    public (CosLow CosLow, IReadOnlyList<TaskSignal> All) Measure(CancellationToken cancel)
    {
        var pool = task.Generate(TaskSplit.Train, options.PoolSize, options.Seed);
        var ranked = estimator.Rank(task.Prompt, [.. pool.Select(e => e.Text)], cancel: cancel);
        RankedItem[] items = [.. ranked.Select(r => new RankedItem(r.Index, r.LeftOut is null ? r.Confidence : null))];
        CosLow? first = null;
        List<TaskSignal> all = [];
        for (var draw = 1; draw <= options.Draws; draw++)
        {
            var order = new FirstThirtyTwo().Order(items, Seed("first 32", draw));
            var low = FirstThirtyTwo.Of(order, i => HasGradient(pool[(int)i], cancel)).Select(i => (int)i).ToArray();
            var request = new ForecastRequest(task.Prompt, [.. low.Select(i => pool[i])], new Target(.9), LabelAxis.MaxExamples);
            var cosLow = estimator.Forecast(request, cancel).CosLow;
            if (cosLow is not { Median: { } median, StandardError: not null })
                throw new InvalidDataException(
                    $"Task {task.Name}: only {cosLow.Count} of the candidates have a gradient on this model, too few for CoS-Low.");
            first ??= cosLow;
            all.Add(new(AreaSignal.CosLow, cosLow.Count, draw, median));
            all.AddRange(Probes(pool, low, order, draw, cancel));
        }
        return (first!, all);
    }

    private IEnumerable<TaskSignal> Probes(IReadOnlyList<Example> pool, int[] low, IReadOnlyList<ItemOrder> order, int draw,
        CancellationToken cancel)
    {
        LabelledExample Label(int i, LabelOrigin origin) => new(pool[i], origin);
        LabelledExample[] first = [.. low.Select(i => Label(i, LabelOrigin.LeastConfident))];
        foreach (var count in (int[])[Probe.Fewest, CosLow.Size])
            if (count <= first.Length && Of(first.Take(count)) is { } z)
                yield return new(AreaSignal.ProbeOfLow, count, draw, z);

        var taken = low.ToHashSet();
        int[] shuffled = [.. Enumerable.Range(0, pool.Count).Where(i => !taken.Contains(i))];
        new SplitMix64(unchecked((ulong)Seed("random", draw))).Shuffle(shuffled.AsSpan());
        var active = new Queue<int>(order.Select(o => (int)o.Id).Where(i => !taken.Contains(i)));
        List<LabelledExample> labels = [.. first];
        var random = 0;
        foreach (var i in shuffled.Where(taken.Add))
        {
            labels.Add(Label(i, LabelOrigin.Random));
            while (active.TryDequeue(out var next))
            {
                if (!taken.Add(next)) continue;
                labels.Add(Label(next, LabelOrigin.Active));
                break;
            }
            if (RandomCounts.Contains(++random) && Of(labels) is { } z) yield return new(AreaSignal.Probe, random, draw, z);
            if (random == RandomCounts[^1] || active.Count == 0) break;
        }

        double? Of(IEnumerable<LabelledExample> labels) => estimator.ProbeOf(task.Prompt, [.. labels], cancel: cancel).Score?.AboveChance;
    }

    private long Seed(string what, int draw) =>
        unchecked((long)TaskRandom.Hash($"{what}/{task.Name}/{options.Seed}{(draw == 1 ? "" : $"/{draw}")}"));

    // An example that only lacks memory now would make the 32 others than they are.
    private bool HasGradient(Example example, CancellationToken cancel)
    {
        var observed = estimator.Observe(task.Prompt, example, cancel);
        return observed.Passing ? throw new ModelException(observed.LeftOut!) : observed.LeftOut is null;
    }
}
