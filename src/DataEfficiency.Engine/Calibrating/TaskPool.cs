// A reference task's texts as a project would label them: the pool is ranked, the first 32 of the draw come first, and behind them one
// random label and one of the least confident in turn.
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Engine.Selection;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Calibrating;

/// <param name="First">How many of them are of the first 32.</param>
/// <param name="All">In the order of their turns, each with its true answer.</param>
public sealed record TaskLabels(int First, IReadOnlyList<LabelledExample> All);

/// <summary>The pool of one task, ranked once.</summary>
public sealed class TaskPool
{
    private readonly Estimator _estimator;
    private readonly ReferenceTask _task;
    private readonly long _seed;
    private readonly RankedItem[] _items;

    public TaskPool(Estimator estimator, ReferenceTask task, int size, long seed, CancellationToken cancel = default)
    {
        (_estimator, _task, _seed) = (estimator, task, seed);
        Examples = task.Generate(TaskSplit.Train, size, seed);
        _items = [.. estimator.Rank(task.Prompt, [.. Examples.Select(e => e.Text)], cancel: cancel)
            .Select(r => new RankedItem(r.Index, r.LeftOut is null ? r.Confidence : null))];
    }

    public IReadOnlyList<Example> Examples { get; }

    /// <param name="draw">From 1: another one draws other 32 and shuffles anew.</param>
    /// <param name="random">Random labels behind the 32, as far as the pool goes.</param>
    public TaskLabels Labels(int draw, int random, CancellationToken cancel = default)
    {
        var order = new FirstThirtyTwo().Order(_items, Seed("first 32", draw));
        var low = FirstThirtyTwo.Of(order, i => HasGradient(Examples[(int)i], cancel)).Select(i => (int)i).ToArray();
        var taken = low.ToHashSet();
        int[] shuffled = [.. Enumerable.Range(0, Examples.Count).Where(i => !taken.Contains(i))];
        new SplitMix64(unchecked((ulong)Seed("random", draw))).Shuffle(shuffled.AsSpan());
        var active = new Queue<int>(order.Select(o => (int)o.Id).Where(i => !taken.Contains(i)));
        List<LabelledExample> labels = [.. low.Select(i => new LabelledExample(Examples[i], LabelOrigin.LeastConfident))];
        foreach (var i in shuffled.Where(taken.Add))
        {
            if (random-- == 0 || active.Count == 0) break;
            labels.Add(new(Examples[i], LabelOrigin.Random));
            while (active.TryDequeue(out var next))
            {
                if (!taken.Add(next)) continue;
                labels.Add(new(Examples[next], LabelOrigin.Active));
                break;
            }
        }
        return new(low.Length, labels);
    }

    private long Seed(string what, int draw) =>
        unchecked((long)TaskRandom.Hash($"{what}/{_task.Name}/{_seed}{(draw == 1 ? "" : $"/{draw}")}"));

    // An example that only lacks memory now would make the 32 others than they are.
    private bool HasGradient(Example example, CancellationToken cancel)
    {
        var observed = _estimator.Observe(_task.Prompt, example, cancel);
        return observed.Passing ? throw new ModelException(observed.LeftOut!) : observed.LeftOut is null;
    }
}
