// What goes into a check and what comes out, in plain numbers: a fine-tune on a project's own labels, tested on labels it has not seen. How
// it is done is in FineTuning/Checks, what follows from it for the forecast in Forecasting/CheckPoints.
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine;

public enum CheckKind
{
    /// <summary>A part of the labels is held out and scored; only random ones, for the least confident are no picture of the
    /// pool.</summary>
    CrossValidated,

    /// <summary>A test set that no training ever sees is scored.</summary>
    SetAside,
}

/// <summary>What a check trains. Auto: all parameters of a model under 300 million, else a LoRA adapter.</summary>
public enum CheckTraining { Auto, Full, Lora, Ia3 }

/// <param name="Id">The caller's; comes back with its prediction.</param>
/// <param name="Random">Comes from the random order: only such are scored in cross-validation.</param>
public sealed record CheckExample(long Id, Example Example, bool Random);

/// <param name="Labels">Cross-validated: all labels. Set-aside: the training labels in the ONE shuffled order; the first
/// <paramref name="Size"/> are trained on.</param>
/// <param name="Test">Set-aside only: the test set.</param>
/// <param name="Size">Set-aside only; null: all labels.</param>
/// <param name="Rate">Known learning rate; null: chosen among the recipe's three, comes back in the result.</param>
/// <param name="Seed">Of splits, order and adapter.</param>
/// <param name="Folder">Where checkpoints and the kept model go. One request goes on there; another one begins anew.</param>
/// <param name="About">Project and version of its data, for the model card; no part of what makes two requests the same.</param>
/// <param name="Validation">Set-aside only: what the looks that end a run are taken of. Null, or too few: a part of the labels is held
/// back for them.</param>
public sealed record CheckRequest(TaskPrompt Task, CheckKind Kind, IReadOnlyList<CheckExample> Labels, IReadOnlyList<CheckExample> Test,
    int? Size, double? Rate, CheckTraining Training, long Seed, string Folder, string? About = null,
    IReadOnlyList<CheckExample>? Validation = null);

/// <summary>In the order they come in; each but the last may take long.</summary>
public enum CheckPhase
{
    /// <summary>The untrained model answers what will be scored.</summary>
    ZeroShot,

    /// <summary>The learning rate is chosen by the loss on the held-out part; not where it is known.</summary>
    Rates,
    Training,

    /// <summary>The trained model answers.</summary>
    Testing,

    /// <summary>The model that is kept is trained on all labels.</summary>
    Retraining,
    Ended,
}

/// <param name="Step">Of <paramref name="Steps"/>: optimiser steps of the run in progress, or examples answered.</param>
/// <param name="Loss">Of the last step's batch; null before the first.</param>
/// <param name="ValidationLoss">At the last look; null before the first.</param>
/// <param name="Share">Of the whole work, 0 to 1.</param>
public sealed record CheckProgress(CheckPhase Phase, int Step, int Steps, double? Loss, double? ValidationLoss, double Share);

/// <param name="Predicted">The whole decoded answer of the trained model, which had not seen this example.</param>
/// <param name="ZeroShot">That of the untrained one.</param>
/// <param name="Shares">Of the task's answers, in their order, by the trained model's scores, together 1; null for free answers and where
/// the prompt does not fit.</param>
public sealed record CheckPrediction(long Id, string Predicted, bool Right, string ZeroShot, bool ZeroShotRight,
    IReadOnlyList<double>? Shares = null);

/// <param name="Examples">Size of the training set that was used: x of the point.</param>
/// <param name="Score">Share of exact matches of the whole decoded answer.</param>
/// <param name="LabelRanking">Share whose label ranks first by mean log-likelihood; null for free answers.</param>
/// <param name="Tested">Number of examples that were scored.</param>
/// <param name="ZeroShot">Score of the untrained model on the same examples.</param>
/// <param name="Rate">Learning rate that was used.</param>
/// <param name="Steps">Of the longest run; the kept model is trained as long as the best of it took.</param>
/// <param name="Seconds">Of work, over all sittings.</param>
/// <param name="KeptFolder">The model trained on all labels: a PEFT adapter's folder, or a Hugging Face folder.</param>
public sealed record CheckResult(int Examples, double Score, double? LabelRanking, int Tested, double ZeroShot, double Rate, int Steps,
    double Seconds, IReadOnlyList<CheckPrediction> Predictions, string? KeptFolder);

/// <param name="StepSeconds">One optimiser step.</param>
/// <param name="EvaluationSeconds">All answers of all evaluations.</param>
/// <param name="Seconds">The whole check at most; less where training stops early.</param>
/// <param name="MemoryBytes">Beside the loaded model.</param>
/// <param name="CheckpointBytes">In the folder, while the check runs.</param>
public sealed record CheckCost(double StepSeconds, double EvaluationSeconds, double Seconds, long MemoryBytes, long CheckpointBytes);

/// <summary>A check in small steps, on the thread of its estimator. Left at any step it goes on from the last <see cref="Save"/>, also in
/// another process.</summary>
public interface ICheckRun : IDisposable
{
    CheckProgress Progress { get; }

    bool HasEnded { get; }

    /// <exception cref="InvalidOperationException">The run has not ended.</exception>
    CheckResult Result { get; }

    /// <summary>Does one micro-batch, or answers a few examples.</summary>
    /// <param name="giveWay">Called between two layers: more urgent work goes there, also on the same estimator.</param>
    /// <returns>False once the run has ended.</returns>
    /// <exception cref="OperationCanceledException">Cancelled between two layers; the run can go on.</exception>
    bool Step(Action? giveWay = null, CancellationToken cancel = default);

    /// <summary>Keeps in the folder what was done so far, where a training step is half done at its end. A run keeps itself once a minute
    /// and at the end of each phase: this is for what leaves it.</summary>
    void Save();
}

public enum CheckRefusal
{
    /// <summary>Fewer labels than a check needs, or none to be tested on.</summary>
    TooFewLabels,

    /// <summary>One answer among 16 labels or more: nothing to learn yet.</summary>
    OneAnswer,

    /// <summary>Labels or test examples do not fit the model's context.</summary>
    TooLong,
}

/// <summary>These labels allow no check; the message says what is missing.</summary>
public sealed class CheckRefusedException(CheckRefusal reason, string message) : ModelException(message)
{
    public CheckRefusal Reason { get; } = reason;
}
