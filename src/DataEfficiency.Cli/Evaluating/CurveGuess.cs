// The other ways to read a curve off a few measured points: what "do other methods agree?" compares the posterior with.
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Cli.Evaluating;

/// <summary>A guessed curve: y by examples, never under what was measured before.</summary>
internal sealed record CurveGuess(string Name, Func<double, double> Y)
{
    // No curve comes nearer to 1 than this in the logarithms of two fits.
    private const double Least = 1e-3;

    /// <summary>The area: measured points as they are, the guess behind them.</summary>
    public double Area(IReadOnlyList<Run> runs)
    {
        var last = runs.Count == 0 ? 0 : runs[^1].Examples;
        var points = runs.Select(r => (N: r.Examples, r.Y)).Prepend((N: 0, Y: 0.0))
            .Concat(LabelAxis.Budgets.Where(n => n > last).Select(n => (N: n, Y: Y(n)))).ToArray();
        var (x, y, best) = (new double[points.Length], new double[points.Length], 0.0);
        for (var i = 0; i < points.Length; i++) (x[i], y[i]) = (LabelAxis.X(points[i].N), best = Math.Clamp(points[i].Y, best, 1));
        return LabelAxis.Area(x, y);
    }

    /// <summary>Where it reaches the share; 5,000 where it does not.</summary>
    public double Need(double share)
    {
        double low = 0, high = 1;
        if (Y(LabelAxis.MaxExamples) < share) return LabelAxis.MaxExamples;
        for (var step = 0; step < 40; step++)
        {
            var middle = (low + high) / 2;
            if (Y(LabelAxis.Examples(middle)) < share) low = middle;
            else high = middle;
        }
        return LabelAxis.Examples(high);
    }

    /// <summary>The paper's curve x^p of an area.</summary>
    public static CurveGuess Power(string name, double area) =>
        new(name, n => Math.Pow(LabelAxis.X(n), PaperFormula.Exponent(PaperFormula.Clip(area))));

    /// <summary>The fits that need measured points, from one on.</summary>
    public static IEnumerable<CurveGuess> Of(IReadOnlyList<Run> runs)
    {
        if (runs.Count == 0) yield break;
        var last = runs[^1].Y;
        yield return new("last value", _ => last);
        // y = a + b x, and ln(1 - y) = a - b ln n, through 0 at one example where there is but one point more
        var points = runs.Select(r => (X: LabelAxis.X(r.Examples), r.Y)).Prepend((X: 0.0, Y: 0.0)).ToArray();
        var (a, b) = Line(points);
        yield return new("log-linear", n => a + b * LabelAxis.X(n));
        var (c, d) = Line([.. points.Select(p => (p.X, Math.Log(Math.Max(1 - p.Y, Least))))]);
        yield return new("power law", n => 1 - Math.Exp(c + d * LabelAxis.X(n)));
        // 1 - y = exp(-n / scale)
        double up = runs.Sum(r => -r.Examples * Math.Log(Math.Max(1 - r.Y, Least))), down = runs.Sum(r => Math.Pow(r.Examples, 2));
        yield return new("exponential", n => 1 - Math.Exp(-n * up / down));
    }

    private static (double Start, double Slope) Line((double X, double Y)[] points)
    {
        double x = points.Average(p => p.X), y = points.Average(p => p.Y), sxx = points.Sum(p => (p.X - x) * (p.X - x));
        var slope = sxx > 0 ? points.Sum(p => (p.X - x) * (p.Y - y)) / sxx : 0;
        return (y - slope * x, slope);
    }
}
