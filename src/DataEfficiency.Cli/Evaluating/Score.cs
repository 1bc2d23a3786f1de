namespace DataEfficiency.Cli.Evaluating;

/// <summary>What one estimator said of one world, beside what was true.</summary>
/// <param name="AreaError">|area - true area|.</param>
/// <param name="Bits">|log2(need / n*)|, both at most 5,000; null where n* lies behind the labels already.</param>
/// <param name="Examples">|need - n*|; null as above.</param>
/// <param name="Covered">n* within the 80 % interval given reach; null where there is none, or the target is not reached.</param>
/// <param name="Width">Of that interval, in bits.</param>
/// <param name="BandShare">Share of the budgets behind the last run whose true y lies in the chart's band; null without one.</param>
internal readonly record struct Score(double AreaError, double? Bits, double? Examples, bool? Covered, double? Width, double? BandShare);

internal sealed record Interval80(double? Coverage, double? Width);

internal sealed record Band80(double? Coverage);

/// <param name="Bits">Mean.</param>
/// <param name="Examples">Median.</param>
internal sealed record EstimatorResult(string Name, int Labels, string Noise, double Target, double AucError, double? Bits,
    double? Examples, Interval80 Need80, Band80 Band80)
{
    public static EstimatorResult Of(string name, int labels, string noise, double target, IReadOnlyList<Score> scores) =>
        new(name, labels, noise, target, scores.Average(s => s.AreaError), scores.Average(s => s.Bits), Median(scores),
            new(scores.Average(s => s.Covered is { } c ? c ? 1.0 : 0 : null), scores.Average(s => s.Width)),
            new(scores.Average(s => s.BandShare)));

    private static double? Median(IReadOnlyList<Score> scores)
    {
        var sorted = scores.Select(s => s.Examples).OfType<double>().Order().ToArray();
        return sorted.Length == 0 ? null : sorted[sorted.Length / 2];
    }
}
