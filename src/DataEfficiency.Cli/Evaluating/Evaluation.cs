// The whole evaluation: every estimator and every rule on curves whose end is known, each task judged by what the other tasks say.
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Cli.Evaluating;

internal sealed record EvaluationResult(IReadOnlyList<EstimatorResult> Estimators, IReadOnlyList<RuleResult> Rules);

/// <param name="cosLows">CoS-Low by task, in the place of a simulated first signal; null: none are given.</param>
/// <param name="signals">Draws of a simulated first signal.</param>
/// <param name="tests">Draws of a test set.</param>
internal sealed class Evaluation(IReadOnlyList<KnownCurve> curves, IReadOnlyDictionary<string, double>? cosLows, int signals = 7,
    int tests = 20)
{
    public static readonly IReadOnlyList<double> Targets = [.8, .9, .95];

    public static readonly IReadOnlyList<int> Labels = [0, 16, 32, 50, 100, 200, 500, 1000];

    // CoS-Low is of 32 labels.
    private const int SignalFrom = 32;
    private const double EarlyRate = .10;
    private const ulong Seed = 1;

    public EvaluationResult Run(CancellationToken cancel)
    {
        var drawn = curves.Select((c, i) => Enumerable.Range(0, signals).Select(d => Signal(i, d)).ToArray()).ToArray();
        var estimators = new (string, int, string, double, Score)[curves.Count][];
        var rules = new (string, int?, double, Stop)[curves.Count][];
        Parallel.For(0, curves.Count, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            estimators[i] = [.. Estimate(i, drawn[i], cancel)];
            rules[i] = [.. Stops(i, drawn, cancel)];
        });
        return new(
            [.. estimators.SelectMany(e => e).GroupBy(e => (e.Item1, e.Item2, e.Item3, e.Item4))
                .Select(g => EstimatorResult.Of(g.Key.Item1, g.Key.Item2, g.Key.Item3, g.Key.Item4, [.. g.Select(e => e.Item5)]))],
            [.. rules.SelectMany(r => r).GroupBy(r => (r.Item1, r.Item2, r.Item3))
                .Select(g => RuleResult.Of(g.Key.Item1, g.Key.Item2, g.Key.Item3, [.. g.Select(r => r.Item4)]))]);
    }

    // The curves of other tasks: a task's other models are out too.
    private KnownCurve[] Others(KnownCurve curve) => [.. curves.Where(c => c.Task != curve.Task)];

    private AucPrediction Signal(int curve, int draw) =>
        cosLows is not null && FirstSignal.Fitted(curves[curve], Others(curves[curve]), cosLows) is { } fitted ? fitted
            : FirstSignal.Simulated(curves[curve], Others(curves[curve]), Random(curve, draw, 0));

    private IEnumerable<(string, int, string, double, Score)> Estimate(int i, AucPrediction[] signal, CancellationToken cancel)
    {
        var curve = curves[i];
        var mean = Others(curve).Average(c => c.Area);
        foreach (var noise in Noise.All)
            foreach (var labels in Labels)
            {
                // What is measured exactly, or not at all, differs by the first signal only.
                var isDrawn = noise.Name != "exact" && curve.Runs(labels, noise, Random(i, 0, labels)).Count > 0;
                for (var draw = 0; draw < (isDrawn ? tests : labels < SignalFrom ? 1 : signals); draw++)
                {
                    cancel.ThrowIfCancellationRequested();
                    var runs = curve.Runs(labels, noise, Random(i, draw, labels));
                    foreach (var target in Targets)
                        foreach (var (name, score) in Estimators.Of(curve, target, labels,
                            labels < SignalFrom ? null : signal[draw % signals], mean, runs))
                            yield return (name, labels, noise.Name, target, score);
                }
            }
    }

    private IEnumerable<(string, int?, double, Stop)> Stops(int i, AucPrediction[][] drawn, CancellationToken cancel)
    {
        var curve = curves[i];
        foreach (var target in Targets.Where(t => curve.Need(t) is not null))
        {
            var others = curves.SelectMany((c, j) => c.Task == curve.Task ? [] : drawn[j].Select(s => (c, s))).ToArray();
            var kappa = Rules.Kappa(others, target, EarlyRate);
            foreach (var signal in drawn[i])
                foreach (var (name, stop) in Rules.Unmeasured(curve, target, signal, kappa)) yield return (name, null, target, stop);
            foreach (var noise in Noise.All.Where(n => !n.CrossValidated))
                for (var draw = 0; draw < (noise.TestSize is null ? signals : tests); draw++)
                {
                    cancel.ThrowIfCancellationRequested();
                    foreach (var rule in Rules.Measuring)
                        yield return (rule, noise.TestSize, target,
                            Rules.Measure(rule, curve, target, drawn[i][draw % signals], noise, Random(i, draw, 1)));
                }
        }
    }

    // A stream of its own for each use, so that no result depends on what else was asked.
    private static SplitMix64 Random(int curve, int draw, int use) =>
        new(Seed + (((ulong)curve * 1000 + (ulong)draw) * 10_000 + (ulong)use));
}
