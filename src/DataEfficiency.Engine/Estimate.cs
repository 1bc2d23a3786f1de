// What goes into a forecast and what comes out, in plain numbers. The arithmetic is in Forecasting/.
using System.Text.Json.Serialization;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine;

/// <summary>The target, always carried with what turns raw scores into shares of the way: y = (score - ZeroShot) / (Ceiling -
/// ZeroShot).</summary>
/// <param name="Share">The target as a share of the way from zero-shot to ceiling, in (0, 1].</param>
/// <param name="ZeroShot">Raw zero-shot score, or null: then no raw score can be shown.</param>
/// <param name="Ceiling">Raw score thought possible (human level or an assumption), or null.</param>
public sealed record Target(double Share, double? ZeroShot = null, double? Ceiling = null)
{
    /// <summary>The smallest gap between zero-shot score and ceiling at which shares of the way mean something.</summary>
    public const double SmallestGap = .02;

    /// <summary>A raw target score as a share of the way.</summary>
    /// <exception cref="ArgumentException">The gap is under <see cref="SmallestGap"/>, or the target lies above the ceiling.</exception>
    public static Target Raw(double score, double zeroShot, double ceiling)
    {
        var gap = ceiling - zeroShot;
        if (!(gap >= SmallestGap)) throw TooSmall(zeroShot, ceiling);
        if (score > ceiling) throw new ArgumentException($"The target {score} lies above the ceiling {ceiling}.");
        return new Target((score - zeroShot) / gap, zeroShot, ceiling);
    }

    internal static ArgumentException TooSmall(double zeroShot, double ceiling) =>
        new($"The gap between zero-shot score {zeroShot} and ceiling {ceiling} is {ceiling - zeroShot:0.###}; "
            + $"it must be at least {SmallestGap}.");
}

/// <summary>A measured point of the data-efficiency curve: a model fine-tuned on Examples, tested on TestSize held-out examples.</summary>
/// <param name="ZeroShot">The untrained model's score on the same held-out examples; null: the target's.</param>
/// <param name="StandardError">Of the share of the way; null: from score and size of the test set.</param>
public sealed record MeasuredPoint(int Examples, double Score, int TestSize, double? ZeroShot = null, double? StandardError = null);

/// <summary>What a task needed beside what the paper's formula had asked for before anything was measured.</summary>
/// <param name="Share">Its target t.</param>
/// <param name="Paper">n_paper.</param>
/// <param name="Realised">n*.</param>
public sealed record MeasuredNeed(double Share, double Paper, double Realised);

/// <param name="Examples">The labelled examples that count for CoS-Low (of the first 32), in the order they were drawn.</param>
/// <param name="Cap">min(budget, pool size): the most labels that can be bought. The mathematics keeps 5,000.</param>
/// <param name="Alpha">Accepted rate of stopping too early of rule A: .10 or .20.</param>
/// <param name="Labels">All labels of the project so far, which rule A's stop is compared with; by default the number of examples.</param>
/// <param name="Labelled">All labelled examples that a probe may learn from, in the order of their answers; null: no probe.</param>
/// <param name="CheckPrice">What one check costs, in labels; null: unknown, taken as much.</param>
/// <param name="PointWorth">What one point of the score (.01) is worth, in labels; null: nobody said.</param>
/// <param name="OwnNeeds">Of other tasks that were measured to their targets, one each: what rule A's kappa is fitted to once there are
/// 20.</param>
public sealed record ForecastRequest(TaskPrompt? Task, IReadOnlyList<Example> Examples, Target Target, int Cap,
    IReadOnlyList<MeasuredPoint>? Measured = null, double Alpha = .10, int? Labels = null,
    IReadOnlyList<LabelledExample>? Labelled = null, double? CheckPrice = null, double? PointWorth = null,
    IReadOnlyList<MeasuredNeed>? OwnNeeds = null);

/// <summary>Rule C: whether it is still worth it.</summary>
/// <param name="At">Number of training labels at which going on is worth most.</param>
/// <param name="Labels">What that is worth more than stopping now, in labels; at or below 0 it is not worth going on.</param>
/// <param name="Points">Score that is expected to be won by then, in points.</param>
public sealed record Worth(int At, double Labels, double Points);

/// <param name="Count">m, the examples with a gradient.</param>
/// <param name="Median">Median pairwise cosine; null below two examples.</param>
/// <param name="StandardError">sd of the example bootstrap (200 replicates, seed 42); null below 8 examples.</param>
/// <param name="Low">5 % quantile of the bootstrap; null below 8 examples.</param>
/// <param name="High">95 % quantile.</param>
/// <param name="WithinAnswers">Median cosine of pairs with equal answers; null where there is none.</param>
/// <param name="BetweenAnswers">Median cosine of pairs with different answers; null where there is none.</param>
/// <param name="Cosines">[m, m], float64.</param>
public sealed record CosLow(int Count, double? Median, double? StandardError, double? Low, double? High, double? WithinAnswers,
    double? BetweenAnswers, double[][] Cosines)
{
    /// <summary>The examples of a whole CoS-Low: it is frozen at the first 32 of the draw, no later one joins (method section 3).</summary>
    public const int Size = 32;

    /// <summary>Standard deviation of each cosine where the rows were too many for memory and files and were seen through a random
    /// projection; null where cosines are exact.</summary>
    public double? CosineError { get; init; }
}

/// <param name="Index">Position in the request's examples.</param>
/// <param name="Passing">For want of memory then: the next forecast may have the example, and until then it keeps its place.</param>
public sealed record LeftOut(int Index, string Reason, bool Passing = false);

/// <summary>Quantiles of accuracy (share of the way) at a number of examples, over all worlds.</summary>
public sealed record BandPoint(int Examples, double Low, double Median, double High);

/// <param name="PReach">Probability that the target is reached with at most 5,000 examples.</param>
/// <param name="Median">Examples needed, given reach; null where reach has no weight.</param>
/// <param name="Low80">10 % quantile given reach.</param>
/// <param name="High80">90 % quantile given reach.</param>
/// <param name="PWithinCap">Probability that the cap is enough.</param>
/// <param name="ExpectedAuc">E[AUC] of the weights (decision section 6).</param>
/// <param name="AucHat">AUC read-out of decision section 8: this one is shown.</param>
/// <param name="PTargetMet">P that the last measured run truly meets the target; null without a run.</param>
/// <param name="Band">10/50/90 % at growing budgets after the last measured one, up to 5,000.</param>
public sealed record Posterior(double PReach, double? Median, double? Low80, double? High80, double PWithinCap, double ExpectedAuc,
    double AucHat, double? PTargetMet, int NextCheck, IReadOnlyList<BandPoint> Band, IReadOnlyDictionary<int, double> PSuffices);

public enum Advice { None, KeepLabeling, Stop }

/// <param name="Rule">"A" (no fine-tune measured) or "B" (measured), or "none" below 32 examples or without a fit.</param>
/// <param name="At">Labels at which rule A stops, or the next check of rule B; null where there is no advice.</param>
/// <param name="PEnough">P(At is enough); with <paramref name="PEnoughIfReachable"/> given reach.</param>
/// <param name="Reason">Null only in estimates that were stored before reasons had numbers.</param>
public sealed record StopAdvice(string Rule, int? At, Advice Advice, double? PEnough, double? PEnoughIfReachable, StopReason? Reason = null)
{
    /// <summary>The reason as such an estimate says it; null since.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Why { get; init; }
}

/// <param name="Auc">AUC' predicted from the chosen signal, clipped to [.05, .90]; null without a fit or below two examples.</param>
/// <param name="AucScale">s_eff, the scale of the t(3) factor; null as above.</param>
/// <param name="AreaRemark">Where the prediction was clipped or replaced by the mean of the reference tasks; else null.</param>
/// <param name="LabelsNeededPaper">N^(t^(AUC'/(1-AUC'))), the paper's formula; null as above.</param>
/// <param name="HarderThan">Reference tasks with a higher CoS-Low than this one, of <paramref name="ReferenceTasks"/>; null without
/// any.</param>
/// <param name="Target">The target in use: t above .95 is replaced by .95.</param>
/// <param name="AskedShare">The share that was asked for where another one is in use; else null.</param>
/// <param name="Calibrated">The model has a calibration of its own with a fit, and it is used.</param>
/// <param name="AreaSource">Whose fit turns CoS-Low into an area; null without one, and in estimates of before there was a choice.</param>
public sealed record Estimate(CosLow CosLow, IReadOnlyList<double?> Losses, IReadOnlyList<LeftOut> LeftOut, double? Auc, double? AucScale,
    AreaRemark? AreaRemark, double? LabelsNeededPaper, Posterior Posterior, StopAdvice Stop, int? HarderThan, int? ReferenceTasks,
    Target Target, double? AskedShare, bool Calibrated, AreaSource? AreaSource = null)
{
    /// <summary>What the labels' own answers say, and which signal the area comes from; null in estimates of before there was a
    /// probe.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SignalUse? Signals { get; init; }

    /// <summary>Null where nobody said what a point is worth, or no untrained score says how long the way is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Worth? Worth { get; init; }

    /// <summary>Curves of the model's own reference tasks behind half of the weight; 0: the grid alone.</summary>
    public int LibraryCurves { get; init; }

    /// <summary>All labels that it was made with; 0 in estimates of before it was kept here.</summary>
    public int Labels { get; init; }

    /// <summary>Measured fine-tunes in it.</summary>
    public int Checks { get; init; }

    /// <summary>Mean |predicted - measured area| of the way that the area was predicted, over tasks that it was not fitted on; null without
    /// an area, and in estimates of before it was kept here.</summary>
    public double? AreaError { get; init; }

    /// <summary>What other methods say of the label need; none in estimates of before there were others.</summary>
    public IReadOnlyList<MethodNeed> OtherMethods { get; init; } = [];

    /// <summary>What the area comes from.</summary>
    public AreaMethod Method => Auc is null ? AreaMethod.None : Signals switch
    {
        null => AreaRemark is MeanInstead ? AreaMethod.MeanOfTasks : AreaMethod.CosLow,
        { Used: null } => AreaMethod.MeanOfTasks,
        { Used: AreaSignal.CosLow } => AreaMethod.CosLow,
        _ => AreaMethod.Probe,
    };

    /// <summary>A fine-tune on these labels is in it. Without one its chance to reach the target rests on other tasks alone: it is
    /// weak.</summary>
    public bool IsMeasured => Checks > 0 || Stop.Reason is MeasuredRun;

    /// <summary>An area, and so a number of labels, follows from CoS-Low.</summary>
    [JsonIgnore]
    public bool HasFit => Calibrated || AreaSource is not null;

    /// <summary>Whether a rank by CoS-Low tells easy tasks from hard ones: on this model it predicts areas better than the mean of the
    /// reference tasks does, by a tenth of its error at least.</summary>
    [JsonIgnore]
    public bool RankTells => HasFit && AreaRemark is not MeanInstead && !(Signals?.Errors is { } e && e.CosLow >= .9 * e.Mean);

    /// <summary>The remark on the area as estimates say it that were stored before remarks had numbers; null since.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AucNote { get; init; }

    /// <summary>The same of the target.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TargetNote { get; init; }
}
