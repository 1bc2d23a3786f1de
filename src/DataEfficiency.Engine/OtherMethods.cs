// What other methods say of a project's label need, beside the posterior: facts and numbers, the words are those of who shows them.
using System.Text.Json.Serialization;

namespace DataEfficiency.Engine;

[JsonConverter(typeof(JsonStringEnumConverter<OtherMethod>))]
public enum OtherMethod
{
    /// <summary>The paper's formula at the mean area of the reference tasks.</summary>
    MeanOfTasks,

    /// <summary>The paper's formula at the area that CoS-Low alone predicts, whatever it is worth on this model.</summary>
    CosLow,

    /// <summary>The same of the probe.</summary>
    Probe,

    /// <summary>The curve stays where it was measured last.</summary>
    LastValue,

    /// <summary>1 - y falls as a power of the labels.</summary>
    PowerLaw,

    /// <summary>1 - y falls exponentially with the labels.</summary>
    Exponential,

    /// <summary>y grows with the logarithm of the labels.</summary>
    LogLinear,

    /// <summary>The posterior of the curves A/(1 + exp(-k (x - x0))) without a first signal and without the model's own curves: measured
    /// points alone.</summary>
    Curve,
}

/// <summary>Why a method says no number.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MethodGap>))]
public enum MethodGap
{
    /// <summary>The model has no calibration that would turn it into an area.</summary>
    NoFit,

    /// <summary>Too few labels for the signal, or none that it can be taken of.</summary>
    NoSignal,

    /// <summary>It needs a fine-tune measured on these labels.</summary>
    NothingMeasured,

    /// <summary>Its curve stays under the target up to 5,000 labels.</summary>
    NotReached,
}

/// <param name="Need">Labels to the target; null: see <paramref name="Gap"/>.</param>
/// <param name="PReach">The chance that the target is reached at all, where the method has one; its need is given that.</param>
public sealed record MethodNeed(OtherMethod Method, double? Need, MethodGap? Gap, double? PReach = null);
