// The data-efficiency curve of a measured task and the area under it (Je and Raffel, arXiv 2512.24991; method section 6).
// Use it for ground truth: published results, calibration runs, a project's own checks. It reproduces every published area.
namespace DataEfficiency.Engine.Forecasting;

/// <param name="Score">Raw score; null where this size of the grid was not measured.</param>
/// <param name="Y">Share of the way of the cleaned curve: (running maximum - its first value) / (ceiling - its first value).</param>
public sealed record CurvePoint(int Examples, double? Score, double Y);

/// <param name="Auc">Trapezoid of y over x = log2(max(n, 1)) / log2(5000), in [0, 1].</param>
/// <param name="Minimum">Lowest measured score (as published; y starts from the cleaned curve's own lowest value).</param>
/// <param name="Maximum">Highest measured score up to 5,000 examples.</param>
/// <param name="Ceiling">max(human score, highest measured); without a human score the highest measured.</param>
public sealed record DataEfficiencyCurve(double Auc, double Minimum, double Maximum, double Ceiling, IReadOnlyList<CurvePoint> Points)
{
    /// <summary>
    /// Cleans measured scores and takes the area. Sizes other than 0 and 50 to 5,000 are ignored. Without a score at 0 the curve starts at
    /// its first measured size, whose y is 0. A later size of the grid 50, 100, 200, 500, 1000, 2500, 5000 that was not measured enters as
    /// score 0; then the running maximum over n.
    /// </summary>
    /// <param name="scores">Raw score of each number of examples.</param>
    /// <param name="humanScore">Score thought possible, or null.</param>
    /// <exception cref="ArgumentException">No usable score, a score that is no finite number, or a flat curve already at its
    /// ceiling.</exception>
    public static DataEfficiencyCurve Of(IReadOnlyDictionary<int, double> scores, double? humanScore = null)
    {
        var used = scores.Where(s => s.Key is 0 or >= 50 and <= LabelAxis.MaxExamples).OrderBy(s => s.Key).ToArray();
        if (used.Length == 0)
            throw new ArgumentException("The curve has no score at 0 or at 50 to 5,000 examples; measure at least one of these sizes.");
        foreach (var (n, score) in used)
            if (!double.IsFinite(score))
                throw new ArgumentException($"The score at {n} examples is {score}; it must be a finite number.");

        var sizes = used.Select(s => s.Key).Union(LabelAxis.Budgets).Where(n => n >= used[0].Key).Order().ToArray();
        var cleaned = new double[sizes.Length];
        var best = 0.0;
        for (var i = 0; i < sizes.Length; i++) cleaned[i] = best = Math.Max(best, scores.GetValueOrDefault(sizes[i], 0));

        var ceiling = Math.Max(humanScore ?? best, best);
        var gap = ceiling - cleaned[0];
        if (!(gap > 0))
            throw new ArgumentException($"The curve starts at its ceiling ({ceiling}): there is no way to go, so it has no area.");

        var x = sizes.Select(n => LabelAxis.X(n)).ToArray();
        var y = cleaned.Select(s => (s - cleaned[0]) / gap).ToArray();
        var points = sizes.Select((n, i) => new CurvePoint(n, scores.TryGetValue(n, out var s) ? s : null, y[i])).ToArray();
        return new(LabelAxis.Area(x, y), used.Min(s => s.Value), used.Max(s => s.Value), ceiling, points);
    }
}
