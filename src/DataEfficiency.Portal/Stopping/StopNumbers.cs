using DataEfficiency.Engine;
using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Stopping;

/// <summary>One line of what is looked at before a stop.</summary>
/// <param name="IsMet">Nothing is to be said against a stop.</param>
/// <param name="Value">What there is: labels of the test set, agreement, items that wait, or a probability.</param>
/// <param name="Bound">What it is compared with; null: it should be none, or there is no usual bound.</param>
/// <param name="Of">Labels of a full test set; items that the agreement is of.</param>
public sealed record StopLine(StopPoint Point, bool IsMet, double? Value, double? Bound = null, int? Of = null)
{
    /// <summary>Of 95 %; null: too few items.</summary>
    public Interval? Interval { get; init; }

    /// <summary>The bound is the settings', not the usual one.</summary>
    public bool BoundIsOwn { get; init; }

    /// <summary>Why a lead stops all the same.</summary>
    public string? Waived { get; init; }

    public bool IsOpen => !IsMet && Waived is null;
}

/// <summary>The newest check that measured something.</summary>
/// <param name="Low">With <paramref name="High"/> the 80 % interval of the score.</param>
public sealed record StopCheck(int Check, int Examples, double Score, double Low, double High, double? PTargetMet);

/// <summary>What is known where a project's end is decided; kept with each decision.</summary>
/// <param name="Rule">A, B or none.</param>
/// <param name="At">Labels at which the rule stops, or measures next.</param>
/// <param name="Need">Median need given reach, with its 80 % interval.</param>
/// <param name="PEarly">Probability that labels from here would still lead to the target (A), or that it is not truly met (B).</param>
/// <param name="Saved">Labels of the budget that are not bought.</param>
public sealed record StopNumbers(long? Estimate, int Labels, string Rule, int? At, double? PReach, double? Need, double? Low, double? High,
    double? PEarly, StopCheck? Measured, double Target, int Saved, IReadOnlyList<StopLine> Lines)
{
    /// <summary>Rule A: stopping too early as often as it was measured at (decision section 4).</summary>
    private const double UsualAlpha = .10;

    /// <summary>Null where no number may be said.</summary>
    public static double? Early(Estimate? estimate) => estimate switch
    {
        null => null,
        { Stop.Reason: MetUntrained } => 0,
        { Stop.Rule: "B" } => 1 - (estimate.Posterior.PTargetMet ?? 0),
        { Stop.Rule: "A", Posterior: var p, Stop: var stop } => Math.Max(0, p.PReach - (stop.PEnough ?? p.PWithinCap)),
        _ => null,
    };

    /// <summary>What the rule itself allows.</summary>
    public static double EarlyBound(Estimate? estimate) => estimate?.Stop switch
    {
        { Rule: "B" } => 1 - Engine.Forecasting.StopRule.Confidence,
        { Reason: SafeCount safe } => safe.Alpha,
        _ => UsualAlpha,
    };

    internal static StopNumbers Of(VerdictFacts facts, StopCheck? measured, double target, IReadOnlyList<StopLine> lines)
    {
        var (estimate, labels) = (facts.Numbered, facts.Forecast.Labels);
        var p = estimate?.Posterior;
        return new(facts.Forecast.EstimateId, labels, estimate?.Stop.Rule ?? "none", estimate?.Stop.At, p?.PReach, p?.Median, p?.Low80,
            p?.High80, Early(estimate), measured, target, Math.Max(0, Math.Min(facts.Budget, facts.Items) - labels), lines);
    }
}
