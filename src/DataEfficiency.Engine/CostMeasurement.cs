// Measures what a label and an item of a ranking cost, through the door, as a project would.
using System.Diagnostics;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine;

/// <summary>One measurement in steps, so that other work may go between two of them, and between two layers of a ranking.</summary>
/// <param name="seed">Other than that of the measurement before: a row that is kept would cost nothing.</param>
/// <param name="longest">How long the steps of a ranking grow on this machine; null: as long as they usually do.</param>
public sealed class CostMeasurement(long seed, int threads, TimeSpan? longest = null)
{
    private const int Labels = 4;
    private static readonly ReferenceTask Task = ReferenceTaskList.Find("support-6");

    private readonly IReadOnlyList<Example> _examples = Task.Generate(TaskSplit.Train, Labels + 1 + RankingSteps.Largest, seed);
    private readonly List<double> _labels = [];
    private int _step, _items = 1;

    /// <summary>Does one step: a label, or a step of a ranking, which grow as those of a pool do until a longer one would be too long. The
    /// first of each kind only warms up.</summary>
    /// <param name="giveWay">More urgent work, done between two layers of the ranking; its time does not count.</param>
    /// <returns>The cost, after the last step; null before.</returns>
    public ModelCost? Step(IEstimator estimator, Action? giveWay = null, CancellationToken cancel = default)
    {
        var clock = Stopwatch.StartNew();
        if (_step < Labels)
        {
            estimator.Observe(Task.Prompt, _examples[_step], cancel);
            if (_step++ > 0) _labels.Add(clock.Elapsed.TotalSeconds);
            return null;
        }
        estimator.Rank(Task.Prompt, [.. _examples.Skip(Labels + 1).Take(_items).Select(e => e.Text)], giveWay: () =>
        {
            clock.Stop();
            giveWay?.Invoke();
            clock.Start();
        }, cancel: cancel);
        var (ranked, took) = (_items, clock.Elapsed);
        _items = _step++ == Labels ? RankingSteps.First : RankingSteps.Next(ranked, ranked, took, longest ?? RankingSteps.Longest);
        if (ranked == 1 || _items >= 2 * ranked) return null;
        var tokens = estimator is Estimator real
            ? (int?)Math.Round(_examples.Average(e => real.Prompts.Prompt(Task.Prompt, e.Text).Length)) : null;
        return new(estimator.Model.Sha256, Environment.MachineName, estimator.Model.Device, threads, tokens,
            _labels.Order().ElementAt(_labels.Count / 2), took.TotalSeconds / ranked, DateTimeOffset.UtcNow);
    }
}
