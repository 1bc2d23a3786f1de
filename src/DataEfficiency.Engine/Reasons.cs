// Why an estimate says what it says, as facts and numbers: the words are those of the page or the verb that shows them.
using System.Text.Json.Serialization;

namespace DataEfficiency.Engine;

/// <summary>Whose fit turns a signal into an area.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AreaSource>))]
public enum AreaSource
{
    /// <summary>Measured on this very model.</summary>
    Calibration,

    /// <summary>Of the paper's authors: full fine-tuning, 5,000 labels.</summary>
    Published,
}

/// <summary>What an area is predicted from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AreaMethod>))]
public enum AreaMethod
{
    /// <summary>Nothing: there is no area, the curves of other tasks are all there is.</summary>
    None,
    MeanOfTasks,
    CosLow,
    Probe,
}

/// <summary>What became of an area before it was used.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AreaClipped), "clipped")]
[JsonDerivedType(typeof(MeanInstead), "meanInstead")]
public abstract record AreaRemark;

/// <param name="Raw">The predicted area, which lies outside [.05, .90].</param>
public sealed record AreaClipped(double Raw) : AreaRemark;

/// <summary>The signal does not tell tasks apart on this model: the area is the mean of its reference tasks.</summary>
/// <param name="Slope">c of the fit.</param>
/// <param name="Error">The fit's leave-one-out error.</param>
/// <param name="MeanError">The same error of the mean.</param>
public sealed record MeanInstead(double Slope, double Error, double MeanError) : AreaRemark;

/// <summary>Why a stop rule advises what it advises.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(FewFirstLabels), "fewFirstLabels")]
[JsonDerivedType(typeof(NoFit), "noFit")]
[JsonDerivedType(typeof(OneAnswerOnly), "oneAnswerOnly")]
[JsonDerivedType(typeof(MetUntrained), "metUntrained")]
[JsonDerivedType(typeof(SafeCount), "safeCount")]
[JsonDerivedType(typeof(MeasuredRun), "measuredRun")]
public abstract record StopReason;

/// <param name="Given">How many of the first 32 have an answer and a gradient.</param>
public sealed record FewFirstLabels(int Given) : StopReason;

/// <summary>Nothing turns CoS-Low into a number of labels on this model.</summary>
public sealed record NoFit : StopReason;

/// <summary>All labels have one answer: they tell nothing of how fast the task is learnt, and no check can.</summary>
/// <param name="Labels">How many.</param>
public sealed record OneAnswerOnly(int Labels) : StopReason;

/// <summary>The zero-shot score meets the target already.</summary>
public sealed record MetUntrained : StopReason;

/// <summary>Rule A's safe multiple of the paper's number.</summary>
/// <param name="Asked">Labels the rule asks for, before the cap.</param>
/// <param name="Cap">The most labels there can be.</param>
/// <param name="Alpha">Its rate of stopping too early, as measured on the published curves or on own tasks.</param>
public sealed record SafeCount(int Asked, int Cap, double Alpha) : StopReason
{
    /// <summary>Own tasks that the rate was measured on; 0: the published curves.</summary>
    public int OwnTasks { get; init; }
}

public enum RunOutcome { TargetMet, BudgetUsedUp, NotYet }

/// <summary>Rule B, after the last measured run.</summary>
/// <param name="Share">Share of the way of this run.</param>
/// <param name="StandardError">Of the share, from the test set's size.</param>
/// <param name="PTargetMet">P that the run truly meets the target.</param>
/// <param name="Unlikely">The target is unlikely to be reached at all (advice, never a stop).</param>
public sealed record MeasuredRun(RunOutcome Outcome, int Examples, double Share, double StandardError, double PTargetMet, bool Unlikely)
    : StopReason
{
    /// <summary>Above it a test set is too small to buy labels by (decision section 4).</summary>
    public const double LargestStandardError = .05;

    [JsonIgnore]
    public bool SmallTest => StandardError > LargestStandardError;
}
