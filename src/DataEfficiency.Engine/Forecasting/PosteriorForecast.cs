// Weights and read-outs put together into the record the portal and the command line show.
namespace DataEfficiency.Engine.Forecasting;

/// <summary>The posterior of one target. <see cref="Weights"/> stays open for questions such as P(n is enough).</summary>
public sealed record PosteriorForecast(Posterior Posterior, PosteriorWeights Weights)
{
    /// <param name="share">Target t as a share of the way, at most .95.</param>
    /// <param name="auc">AUC' with its scale; null: not calibrated.</param>
    /// <param name="checks">Measured fine-tunes in any order, one a size, 1 to 5,000 examples; y becomes the
    /// curve that never falls (<see cref="RisingChecks"/>).</param>
    /// <param name="yRaw">Share of the way of the last run itself; its y by default.</param>
    /// <param name="cap">The most labels that can be bought.</param>
    /// <param name="band">Budgets of the band; by default a chart's.</param>
    /// <param name="library">The model's own curves; null: the grid alone.</param>
    /// <param name="smallestStep">From the last check to the next at least (<see cref="CheckPoints.Steps"/>).</param>
    public static PosteriorForecast Of(double share, AucPrediction? auc = null, IReadOnlyList<Check>? checks = null, double? yRaw = null,
        int cap = LabelAxis.MaxExamples, IReadOnlyList<int>? band = null, CurveLibrary? library = null,
        double smallestStep = 1.5)
    {
        var (tests, rawLast) = Clean(checks ?? []);
        var weights = new PosteriorWeights(share, auc, tests, library: library);
        var last = tests.Count == 0 ? 0 : tests[^1].Examples;
        double? met = tests.Count == 0 ? null : PosteriorReadOut.PTargetMet(share, auc, tests, yRaw ?? rawLast, weights, library);
        var suffices = new SortedDictionary<int, double> { [500] = weights.PSuffices(500), [2000] = weights.PSuffices(2000) };
        var posterior = new Posterior(weights.PReach, weights.Quantile(.5), weights.Quantile(.1), weights.Quantile(.9),
            weights.PSuffices(Math.Min(cap, LabelAxis.MaxExamples)), weights.ExpectedAuc, PosteriorReadOut.Auc(weights, tests), met,
            weights.NextCheck(last, smallestStep), PosteriorReadOut.Chart(weights, tests, band), suffices);
        return new(posterior, weights);
    }

    private static (IReadOnlyList<Check> Checks, double RawLast) Clean(IReadOnlyList<Check> checks)
    {
        var sorted = checks.OrderBy(c => c.Examples).ToArray();
        for (var i = 0; i < sorted.Length; i++)
        {
            var (n, y, se) = sorted[i];
            if (n is < 1 or > LabelAxis.MaxExamples)
                throw new ArgumentException($"The point at {n} examples lies outside 1 to 5,000, where the method has something to say.");
            if (i > 0 && sorted[i - 1].Examples == n) throw new ArgumentException($"There are two points at {n} examples; give one.");
            if (!double.IsFinite(y)) throw new ArgumentException($"The point at {n} examples has y = {y}; it must be a finite number.");
            if (!(se >= 0 && double.IsFinite(se)))
                throw new ArgumentException($"The point at {n} examples has a standard error of {se}; it must be 0 or more.");
        }
        return (RisingChecks.Of(sorted), sorted.Length == 0 ? 0 : sorted[^1].Y);
    }
}
