// A task's texts as a project would label them: the pool is ranked, the first 32 of the draw come first, and behind them one random label
// and one of the least confident in turn.
using DataEfficiency.Engine.Models;
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
    // Texts that are ranked in one piece.
    private const int RankedAtOnce = 128;

    private readonly Estimator _estimator;
    private readonly ITaskSource _task;
    private readonly long _seed;
    private readonly List<RankedItem> _items = [];
    private readonly List<string?> _answers = [];

    public TaskPool(Estimator estimator, ITaskSource task, int size, long seed, CancellationToken cancel = default)
        : this(estimator, task, task.Generate(TaskSplit.Train, size, seed), seed) => Pieces.Run(Rank(), cancel);

    private TaskPool(Estimator estimator, ITaskSource task, IReadOnlyList<Example> examples, long seed) =>
        (_estimator, _task, Examples, _seed) = (estimator, task, examples, seed);

    /// <summary>One that <see cref="Rank"/> is still to be done on.</summary>
    internal static TaskPool Unranked(Estimator estimator, ITaskSource task, int size, long seed) =>
        new(estimator, task, task.Generate(TaskSplit.Train, size, seed), seed);

    public IReadOnlyList<Example> Examples { get; }

    internal IEnumerable<Action<GiveWay>> Rank()
    {
        foreach (var part in Examples.Chunk(RankedAtOnce))
            yield return way =>
            {
                var ranked = _estimator.Rank(_task.Prompt, [.. part.Select(e => e.Text)], giveWay: way.Point);
                _items.AddRange([.. ranked.Select(r => new RankedItem(_items.Count + r.Index, r.LeftOut is null ? r.Confidence : null))]);
                _answers.AddRange(ranked.OrderBy(r => r.Index).Select(r => r.LeftOut is null ? r.Answer : null));
            };
    }

    /// <param name="draw">From 1: another one draws other 32 and shuffles anew.</param>
    /// <param name="random">Random labels behind the 32, as far as the pool goes.</param>
    public TaskLabels Labels(int draw, int random, CancellationToken cancel = default)
    {
        TaskLabels? labels = null;
        Pieces.Run(Label(draw, random, ended => labels = ended), cancel);
        return labels!;
    }

    /// <summary>The same in pieces.</summary>
    internal IEnumerable<Action<GiveWay>> Label(int draw, int random, Action<TaskLabels> ended)
    {
        var order = new FirstThirtyTwo().Order(_items, Seed("first 32", draw));
        // the draw asks for each in its turn, as far as 32 need it
        var usable = new Dictionary<long, bool>();
        IReadOnlyList<long> low;
        while ((low = FirstThirtyTwo.Of(order, i => usable.GetValueOrDefault(i, true))).FirstOrDefault(i => !usable.ContainsKey(i), -1)
            is >= 0 and var next)
            yield return way =>
            {
                way.Point();
                usable[next] = HasGradient(Examples[(int)next]);
            };
        var taken = low.Select(i => (int)i).ToHashSet();
        int[] shuffled = [.. Enumerable.Range(0, Examples.Count).Where(i => !taken.Contains(i))];
        new SplitMix64(unchecked((ulong)Seed("random", draw))).Shuffle(shuffled.AsSpan());
        var active = new Queue<int>(order.Select(o => (int)o.Id).Where(i => !taken.Contains(i)));
        List<LabelledExample> labels = [.. low.Select(i => Labelled((int)i, LabelOrigin.LeastConfident))];
        foreach (var i in shuffled.Where(taken.Add))
        {
            if (random-- == 0 || active.Count == 0) break;
            labels.Add(Labelled(i, LabelOrigin.Random));
            while (active.TryDequeue(out var turn))
            {
                if (!taken.Add(turn)) continue;
                labels.Add(Labelled(turn, LabelOrigin.Active));
                break;
            }
        }
        ended(new(low.Count, labels));
    }

    private LabelledExample Labelled(int item, LabelOrigin origin) =>
        new(Examples[item], origin, _answers[item]);

    private long Seed(string what, int draw) =>
        unchecked((long)TaskRandom.Hash($"{what}/{_task.Name}/{_seed}{(draw == 1 ? "" : $"/{draw}")}"));

    // An example that only lacks memory now would make the 32 others than they are.
    private bool HasGradient(Example example)
    {
        var observed = _estimator.Observe(_task.Prompt, example);
        return observed.Passing ? throw new ModelException(observed.LeftOut!) : observed.LeftOut is null;
    }
}
