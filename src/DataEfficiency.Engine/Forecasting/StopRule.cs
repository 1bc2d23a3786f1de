// When to stop labelling (decision sections 4, 6 and 8). Rule A: nothing was fine-tuned, stop at a safe multiple of the paper's number.
// Rule B (better): the posterior places checks, stop when a measured score meets the target.
namespace DataEfficiency.Engine.Forecasting;

public static class StopRule
{
    /// <summary>Targets above it are taken as it.</summary>
    public const double HighestShare = .95;

    /// <summary>Display policy: below 8 examples only a count; from 8 the interval; from 16 the number; from 32 advice.</summary>
    public const int BandFrom = 8, NumberFrom = 16, AdviceFrom = 32;

    /// <summary>gamma: P(target truly met) that rule B asks for.</summary>
    public const double Confidence = .80;

    private static readonly double[] shares = [.70, .75, .80, .85, .90, .95];
    private static readonly double[] careful = [1.94, 2.08, 1.96, 1.59, 1.20, 1.14], bold = [1.22, 1.26, 1.16, .97, .90, .98];

    /// <summary>kappa(t): linear between the knots, flat outside.</summary>
    /// <param name="alpha">Accepted rate of stopping too early: .10 or .20, the two that were measured.</param>
    public static double Kappa(double share, double alpha)
    {
        var knots = alpha switch
        {
            .10 => careful,
            .20 => bold,
            _ => throw new ArgumentException($"Rule A was measured at an early rate of .10 and .20, not at {alpha}."),
        };
        if (share <= shares[0]) return knots[0];
        for (var i = 1; i < shares.Length; i++)
            if (share <= shares[i]) return knots[i - 1] + (knots[i] - knots[i - 1]) * (share - shares[i - 1]) / (shares[i] - shares[i - 1]);
        return knots[^1];
    }
}
