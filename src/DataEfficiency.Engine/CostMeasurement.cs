// Measures what a label and an item of a ranking cost, through the door, as a project would.
using System.Diagnostics;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine;

/// <summary>One measurement in short steps, so that other work may go between two of them.</summary>
/// <param name="seed">Other than that of the measurement before: a row that is kept would cost nothing.</param>
public sealed class CostMeasurement(long seed, int threads)
{
    private const int Labels = 4, Items = ModelCosts.RankingStep;
    private static readonly ReferenceTask Task = ReferenceTaskList.Find("support-6");

    private readonly IReadOnlyList<Example> _examples = Task.Generate(TaskSplit.Train, Labels + 1 + Items, seed);
    private readonly List<double> _labels = [];
    private int _step;

    /// <summary>Does one step: a label, or a step of a ranking as the portal takes it. The first of each kind only warms up.</summary>
    /// <param name="giveWay">More urgent work, done between two layers of the ranking; its time does not count.</param>
    /// <returns>The cost, after the last step; null before.</returns>
    public ModelCost? Step(IEstimator estimator, Action? giveWay = null, CancellationToken cancel = default)
    {
        var example = _examples[Math.Min(_step, Labels)];
        var clock = Stopwatch.StartNew();
        void Between()
        {
            clock.Stop();
            giveWay?.Invoke();
            clock.Start();
        }
        var pool = _examples.Skip(Labels).Take(_step == Labels ? 1 : Items).Select(e => e.Text);
        if (_step < Labels) estimator.Observe(Task.Prompt, example, cancel);
        else estimator.Rank(Task.Prompt, [.. pool], giveWay: Between, cancel: cancel);
        var seconds = clock.Elapsed.TotalSeconds;
        if (_step is > 0 and < Labels) _labels.Add(seconds);
        if (_step++ <= Labels) return null;
        var tokens = estimator is Estimator real
            ? (int?)Math.Round(_examples.Average(e => real.Prompts.Prompt(Task.Prompt, e.Text).Length)) : null;
        return new(estimator.Model.Sha256, Environment.MachineName, estimator.Model.Device, threads, tokens,
            _labels.Order().ElementAt(_labels.Count / 2), seconds / Items, DateTimeOffset.UtcNow);
    }
}
