// The plain ways to read a curve off a predicted area or a few measured points: what "do other methods agree?" compares the posterior
// with, on a project's page and in the evaluation on known curves.
namespace DataEfficiency.Engine.Forecasting;

/// <summary>A guessed curve: share of the way by examples.</summary>
public sealed record CurveGuess(OtherMethod Method, Func<double, double> Y)
{
    // No curve comes nearer to 1 than this in the logarithms of two fits.
    private const double Least = 1e-3;

    /// <summary>The area: measured points as they are, the guess behind them, never under what was measured before.</summary>
    /// <param name="checks">Ascending in examples, as each was measured.</param>
    public double Area(IReadOnlyList<Check> checks)
    {
        var last = checks.Count == 0 ? 0 : checks[^1].Examples;
        var points = checks.Select(c => (N: c.Examples, c.Y)).Prepend((N: 0, Y: 0.0))
            .Concat(LabelAxis.Budgets.Where(n => n > last).Select(n => (N: n, Y: Y(n)))).ToArray();
        var (x, y, best) = (new double[points.Length], new double[points.Length], 0.0);
        for (var i = 0; i < points.Length; i++) (x[i], y[i]) = (LabelAxis.X(points[i].N), best = Math.Clamp(points[i].Y, best, 1));
        return LabelAxis.Area(x, y);
    }

    /// <summary>Where it reaches the share: the first size measured there, else where the guess does, behind the last measured size. Null
    /// where it does not by 5,000.</summary>
    /// <param name="checks">As for <see cref="Area"/>.</param>
    public double? Need(double share, IReadOnlyList<Check> checks)
    {
        if (checks.FirstOrDefault(c => c.Y >= share) is { } met) return met.Examples;
        if (!(Y(LabelAxis.MaxExamples) >= share)) return null;
        double low = 0, high = 1;
        for (var step = 0; step < 40; step++)
        {
            var middle = (low + high) / 2;
            if (Y(LabelAxis.Examples(middle)) < share) low = middle;
            else high = middle;
        }
        return Math.Max(LabelAxis.Examples(high), checks.Count == 0 ? 1 : checks[^1].Examples);
    }

    /// <summary>The paper's curve x^p of an area.</summary>
    public static CurveGuess OfArea(OtherMethod method, double area) =>
        new(method, n => Math.Pow(LabelAxis.X(n), PaperFormula.Exponent(PaperFormula.Clip(area))));

    /// <summary>The fits that need measured points, from one on; each goes through 0 at one example as well.</summary>
    /// <param name="checks">As for <see cref="Area"/>.</param>
    public static IEnumerable<CurveGuess> Of(IReadOnlyList<Check> checks)
    {
        if (checks.Count == 0) yield break;
        var last = checks[^1].Y;
        yield return new(OtherMethod.LastValue, _ => last);
        // 1 - y = n^-b e^a
        var points = checks.Select(c => (X: LabelAxis.X(c.Examples), c.Y)).Prepend((X: 0.0, Y: 0.0)).ToArray();
        var (c, d) = Line([.. points.Select(p => (p.X, Math.Log(Math.Max(1 - p.Y, Least))))]);
        yield return new(OtherMethod.PowerLaw, n => 1 - Math.Exp(c + d * LabelAxis.X(n)));
        // 1 - y = exp(-n / scale)
        double up = checks.Sum(r => -r.Examples * Math.Log(Math.Max(1 - r.Y, Least))), down = checks.Sum(r => Math.Pow(r.Examples, 2));
        yield return new(OtherMethod.Exponential, n => 1 - Math.Exp(-n * up / down));
        var (a, b) = Line(points);
        yield return new(OtherMethod.LogLinear, n => a + b * LabelAxis.X(n));
    }

    private static (double Start, double Slope) Line((double X, double Y)[] points)
    {
        double x = points.Average(p => p.X), y = points.Average(p => p.Y), sxx = points.Sum(p => (p.X - x) * (p.X - x));
        var slope = sxx > 0 ? points.Sum(p => (p.X - x) * (p.Y - y)) / sxx : 0;
        return (y - slope * x, slope);
    }
}
