// Three steadier read-outs of the posterior's weights (decision section 8): the area that knows its measured part, the band whose
// coverage was checked, and the probability that the last run truly meets the target.
namespace DataEfficiency.Engine.Forecasting;

internal static class PosteriorReadOut
{
    /// <summary>tau: how far a run's true score lies from its cell's curve.</summary>
    private const double Tau = .06;

    private const double BandSd = .04, BandLength = .15, LogisticScale = 1.702;

    /// <summary>Below it a bin's odds may overflow.</summary>
    private const double SmallSd = .01;

    /// <summary>Above this standard error a point says little (decision section 8, limits).</summary>
    private const double WidestFloor = .1;

    private static readonly int[] AreaBudgets = [50, 100, 200, 500, 1000, 2500, 5000];

    /// <summary>Budgets of a chart's band: about 40, even on the log axis from 1 to 5,000, with the round ones among them.</summary>
    public static IReadOnlyList<int> ChartBudgets { get; } =
        [.. Enumerable.Range(0, 34).Select(i => (int)Math.Round(LabelAxis.Examples(i / 33.0)))
            .Union(AreaBudgets).Append(2000).Distinct().Order()];

    private static readonly HashSet<int> OnChart = [.. ChartBudgets];

    internal static bool IsChartBudget(int examples) => OnChart.Contains(examples);

    /// <summary>Expected area of the cleaned curve: measured where measured (shrunk by the test noise), the cell's curve elsewhere, never
    /// under what was reached.</summary>
    public static double Auc(PosteriorWeights posterior, IReadOnlyList<Check> checks)
    {
        // The expectation is linear in v and the trapezoid is linear in v: average each budget's v over the cells, then take one area.
        var (last, floor) = (LastExamples(checks), Floor(checks));
        var budgets = AreaBudgets.Union(checks.Select(c => c.Examples)).Order().ToArray();
        var x = new double[budgets.Length + 1];
        var v = new double[budgets.Length + 1];
        for (var b = 0; b < budgets.Length; b++)
        {
            var n = budgets[b];
            x[b + 1] = LabelAxis.X(n);
            var check = checks.LastOrDefault(c => c.Examples == n);
            var curves = posterior.Curves(n);
            for (var c = 0; c < curves.Length; c++) v[b + 1] += posterior.Weights[c] * Value(curves[c], check, n > last, floor);
        }
        return LabelAxis.Area(x, v);
    }

    private static double Value(double y, Check? check, bool afterLast, double floor)
    {
        if (check is null) return afterLast ? Math.Max(y, floor) : y;
        var variance = check.StandardError * check.StandardError;
        return Math.Max(0, (y * variance + check.Y * Tau * Tau) / (variance + Tau * Tau));
    }

    /// <summary>10, 50 and 90 % of y at a budget after the last check, over all worlds.</summary>
    public static BandPoint Band(PosteriorWeights posterior, IReadOnlyList<Check> checks, int examples)
    {
        var (last, floor) = (LastExamples(checks), Floor(checks));
        if (examples <= last)
            throw new ArgumentOutOfRangeException(nameof(examples), examples, $"The band begins after the last check at {last} examples.");
        var d = last > 0 ? Math.Exp(-(LabelAxis.X(examples) - LabelAxis.X(last)) / BandLength) : 0;
        var sd = Math.Max(BandSd * Math.Sqrt(1 - d * d), .002);

        Span<double> histogram = stackalloc double[101];
        histogram.Clear();
        var curves = posterior.Curves(examples);
        for (var c = 0; c < curves.Length; c++)
        {
            var u = 100 * Math.Clamp(curves[c], 0, 1);
            var b = Math.Min((int)u, 99);
            histogram[b] += posterior.Weights[c] * (1 - (u - b));
            histogram[b + 1] += posterior.Weights[c] * (u - b);
        }
        return new(examples, Quantile(histogram, sd, .1, floor), Quantile(histogram, sd, .5, floor), Quantile(histogram, sd, .9, floor));
    }

    /// <summary>The whole chart: every budget after the last check, by default of <see cref="ChartBudgets"/>.</summary>
    public static IReadOnlyList<BandPoint> Chart(PosteriorWeights posterior, IReadOnlyList<Check> checks,
        IReadOnlyList<int>? budgets = null) =>
        [.. (budgets ?? ChartBudgets).Where(n => n > LastExamples(checks)).Select(n => Band(posterior, checks, n))];

    /// <summary>P_ok: the probability that the last run truly meets the target.</summary>
    /// <param name="yRaw">The last run's own share of the way, not that of the rising curve.</param>
    /// <param name="weights">After all of the checks.</param>
    public static double PTargetMet(double share, AucPrediction? auc, IReadOnlyList<Check> checks, double yRaw, PosteriorWeights weights,
        CurveLibrary? library = null)
    {
        // The last check may have met the target, so it must not cut the curves that say so.
        var last = checks[^1];
        var posterior = last.Y + last.StandardError >= share ? weights
            : new PosteriorWeights(share, auc, checks, cutAt: checks.Count - 1, library);
        var (e2, s2) = (Math.Pow(Math.Max(last.StandardError, 1e-6), 2), Tau * Tau);
        var sd = Math.Sqrt(e2 * s2 / (e2 + s2));
        var curves = posterior.Curves(last.Examples);
        var sum = 0.0;
        for (var c = 0; c < curves.Length; c++)
            sum += posterior.Weights[c] * Logistic(((curves[c] * e2 + yRaw * s2) / (e2 + s2) - share) / sd);
        return sum;
    }

    private static double Quantile(ReadOnlySpan<double> histogram, double sd, double q, double floor)
    {
        double low = 0, high = 1;
        for (var step = 0; step < 30; step++)
        {
            var middle = (low + high) / 2;
            if (Below(histogram, sd, middle) < q) low = middle;
            else high = middle;
        }
        return Math.Max((low + high) / 2, floor);
    }

    private static double Below(ReadOnlySpan<double> histogram, double sd, double y)
    {
        var below = 0.0;
        if (sd < SmallSd)
        {
            for (var b = 0; b < histogram.Length; b++)
                if (histogram[b] > 0) below += histogram[b] * Logistic((y - b / 100.0) / sd);
            return below;
        }
        // From one bin to the next the odds grow by the same factor: two exponentials instead of 101.
        var (odds, factor) = (Math.Exp(-LogisticScale * y / sd), Math.Exp(LogisticScale / (100 * sd)));
        for (var b = 0; b < histogram.Length; b++, odds *= factor) below += histogram[b] / (1 + odds);
        return below;
    }

    /// <summary>In place of the normal distribution function.</summary>
    private static double Logistic(double z) => 1 / (1 + Math.Exp(-LogisticScale * Math.Clamp(z, -60, 60)));

    private static int LastExamples(IReadOnlyList<Check> checks) => checks.Count == 0 ? 0 : checks[^1].Examples;

    // What was reached for certain. A point of so few test examples says too little to hold the curve up.
    private static double Floor(IReadOnlyList<Check> checks) =>
        checks.Where(c => c.StandardError <= WidestFloor).Select(c => c.Y - c.StandardError).Append(0).Max();
}
