using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Checks;

/// <summary>A check as a point of the curve: y on the way from zero-shot score to ceiling and its standard error.</summary>
public readonly record struct CheckPoint(double Share, double StandardError)
{
    /// <summary>From here on a warning: the point says too little.</summary>
    public const double LargestError = .05;

    /// <summary>Null where the gap is too small for a share of it to mean something.</summary>
    public static CheckPoint? Of(double score, int tested, double zeroShot, double ceiling)
    {
        var gap = ceiling - zeroShot;
        if (!(gap >= Target.SmallestGap) || tested < 1) return null;
        return new((score - zeroShot) / gap, Math.Sqrt(Variance(score, tested) / tested) / gap);
    }

    /// <summary>The smallest test set whose standard error is within <see cref="LargestError"/>, at this score.</summary>
    public static int Enough(double score, int tested, double zeroShot, double ceiling) =>
        (int)Math.Ceiling(Variance(score, tested) / Math.Pow(LargestError * (ceiling - zeroShot), 2));

    // h of m right: never certain of 0 or 1
    private static double Variance(double score, int tested)
    {
        var p = (score * tested + 1) / (tested + 2);
        return p * (1 - p);
    }
}
