using DataEfficiency.Engine;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Estimating;

/// <summary>How a stored forecast was made: what a reader must know of it besides its numbers.</summary>
/// <param name="Method">What its area comes from.</param>
/// <param name="Checks">Measured fine-tunes in it; at least one where <paramref name="IsMeasured"/> and the number was not kept.</param>
/// <param name="ReferenceTasks">Of the model; null without any.</param>
/// <param name="AreaError">Of the way that its area was predicted, over tasks left out one by one; null without an area.</param>
/// <param name="IsMeasured">Something was measured on the project's labels. Else its P(reach) is weak.</param>
public sealed record ForecastHow(AreaMethod Method, int Checks, int? ReferenceTasks, double? AreaError, bool IsMeasured)
{
    public static ForecastHow Of(Estimate estimate) => new(estimate.Method, Math.Max(estimate.Checks, estimate.IsMeasured ? 1 : 0),
        estimate.ReferenceTasks, estimate.AreaError ?? estimate.Signals?.Errors?.Error, estimate.IsMeasured);

    /// <summary>"the probe and 2 checks".</summary>
    public Said Source => EstimatingWords.MadeFrom(method: Method, checks: Checks);

    /// <summary>What its chance to reach the target rests on.</summary>
    public Said Basis => EstimatingWords.ReachRestsOn(IsMeasured ? "measured" : "other");
}
