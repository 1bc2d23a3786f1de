// From raw scores to shares of the way and back into the request's checks (decision section 6, INPUT). A raw score and a share are never
// mixed.
namespace DataEfficiency.Engine.Forecasting;

/// <param name="Target">The target in use: at most .95.</param>
/// <param name="AskedShare">The share that was asked for where it was changed; else null.</param>
/// <param name="Checks">Ascending; y as each run has it.</param>
/// <param name="LastShare">Share of the way of the last run itself; null without a run.</param>
public sealed record TargetScale(Target Target, double? AskedShare, IReadOnlyList<Check> Checks, double? LastShare)
{
    /// <summary>No test set is sharper than one of a score of .05 or .95 or so: s (1 - s) is taken as this at least.</summary>
    internal const double LeastVariance = .0025;

    /// <exception cref="ArgumentException">A target above the ceiling, a measured point without zero-shot score or ceiling, or a score that
    /// is none.</exception>
    public static TargetScale Of(Target target, IReadOnlyList<MeasuredPoint> measured)
    {
        foreach (var p in measured)
        {
            if (p.Examples is < 0 or > LabelAxis.MaxExamples)
                throw Wrong($"The measured point at {p.Examples} examples lies outside 0 to 5,000, where the method has something to say.");
            if (!(p.Score is >= 0 and <= 1)) throw Wrong($"The score at {p.Examples} examples is {p.Score}; it must lie between 0 and 1.");
            if (p.TestSize < 1)
                throw Wrong($"The point at {p.Examples} examples was tested on {p.TestSize} examples; give the size of its test set.");
        }
        if (!double.IsFinite(target.Share) || target.Share > 1)
            throw Wrong($"The target {target.Share} must be a share of the way from zero-shot to ceiling, at most 1.");
        double? asked = null;
        if (target.Share > StopRule.HighestShare)
        {
            asked = target.Share;
            target = target with { Share = StopRule.HighestShare };
        }
        // A run on no example is the zero-shot score, not a check.
        if (target.ZeroShot is null && measured.LastOrDefault(p => p.Examples == 0) is { } zero)
            target = target with { ZeroShot = zero.Score };
        // Nobody gave one: the newest run's own.
        if (target.ZeroShot is null && measured.MaxBy(p => p.Examples) is { ZeroShot: { } own }) target = target with { ZeroShot = own };
        double? gap = target.Ceiling - target.ZeroShot;
        if (gap is { } g && !(g >= Target.SmallestGap)) throw Target.TooSmall(target.ZeroShot!.Value, target.Ceiling!.Value);
        // Tested twice at one size: the larger test set counts.
        var runs = measured.Where(p => p.Examples > 0).GroupBy(p => p.Examples).Select(g => g.MaxBy(p => p.TestSize)!)
            .OrderBy(p => p.Examples).ToArray();
        if (runs.Length == 0) return new(target, asked, [], null);

        if (target is not { ZeroShot: { } s0, Ceiling: { } ceiling })
            throw Wrong("Measured scores become shares of the way only with a zero-shot score and a ceiling; give the target both.");
        Check[] checks = [.. runs.Select(r => Of(r, r.ZeroShot ?? s0, ceiling))];
        return new(target, asked, checks, checks[^1].Y);
    }

    // each run against the untrained model on the examples that it was tested on
    private static Check Of(MeasuredPoint run, double zeroShot, double ceiling)
    {
        var way = ceiling - zeroShot;
        if (!(way >= Target.SmallestGap)) throw Target.TooSmall(zeroShot, ceiling);
        return new(run.Examples, (run.Score - zeroShot) / way, run.StandardError
            ?? Math.Sqrt(Math.Max(run.Score * (1 - run.Score), LeastVariance) / run.TestSize) / way);
    }

    private static ArgumentException Wrong(string message) => new(message);
}
