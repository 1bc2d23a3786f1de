// kappa(t) of rule A from needs of one's own in the place of those of the published curves (decision sections 5 and 6).
namespace DataEfficiency.Engine.Forecasting;

/// <summary>Twenty needs give no kappa at every target: they stretch the published one, by split conformal prediction over the tasks'
/// n* / (kappa(t) n_paper). At most alpha of reachable tasks like these need more.</summary>
/// <param name="Tasks">Behind it.</param>
/// <param name="Careful">Factor on the published kappa at an early rate of .10.</param>
/// <param name="Bold">At .20.</param>
public sealed record OwnKappa(int Tasks, double Careful, double Bold)
{
    /// <summary>With fewer the published kappa counts as it is.</summary>
    public const int Fewest = 20;

    /// <summary>Null below 20 tasks.</summary>
    public static OwnKappa? Of(IReadOnlyCollection<MeasuredNeed>? needs) => needs is not { Count: >= Fewest } ? null
        : new(needs.Count, Factor(needs, .10), Factor(needs, .20));

    /// <summary>kappa(t).</summary>
    /// <param name="alpha">As of <see cref="StopRule.Kappa"/>.</param>
    public double At(double share, double alpha) => StopRule.Kappa(share, alpha) * (alpha == .10 ? Careful : Bold);

    // of 20 tasks the 19th, for the next one is the 21st
    private static double Factor(IReadOnlyCollection<MeasuredNeed> needs, double alpha)
    {
        double[] ratios = [.. needs.Select(n => n.Realised / (StopRule.Kappa(n.Share, alpha) * n.Paper)).Order()];
        return ratios[Math.Min((int)Math.Ceiling((ratios.Length + 1) * (1 - alpha) - 1e-9), ratios.Length) - 1];
    }
}
