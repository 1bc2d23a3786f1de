// The one door of the engine: rank a pool, observe a label, forecast the label need.
// Synchronous on purpose (TorchSharp's dispose scopes are bound to a thread): callers own the thread. No tensor, no web type and
// no logger passes through here. One instance = one loaded model on one device; it is used by one thread at a time.
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine;

public interface IEstimator : IDisposable
{
    ModelInfo Model { get; }

    /// <summary>The calibration beside the model (calibration.json of the same weights), or null: "not calibrated".</summary>
    Calibration? Calibration { get; }

    /// <summary>The paper's own fit where this is one of its three models, for what the calibration lacks; else null.</summary>
    PublishedFit? Published { get; }

    /// <summary>
    /// Confidence of every text, in the order given (Je and Raffel, arXiv 2512.24991, section on confidence): greedy decoding of at most 30
    /// tokens; confidence = arithmetic mean of the max softmax probability over the kept tokens, in (0, 1].
    /// The prompt prefix shared by a task's texts is computed once and kept between calls with the same task, so a caller may
    /// rank a large pool in steps.
    /// </summary>
    /// <param name="task">How a prompt is made of a text; null: each text is a full prompt already.</param>
    /// <param name="giveWay">Called between two layers and between two tokens of a batch, on the calling thread: more urgent work goes
    /// there, also on this estimator (<see cref="Observe"/> and <see cref="Forecast"/>, but no other ranking); the ranking goes on behind
    /// it with the same numbers. What the batch holds stays in memory meanwhile.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two layers.</exception>
    IReadOnlyList<RankedText> Rank(TaskPrompt? task, IReadOnlyList<string> texts, IProgress<int>? done = null, Action? giveWay = null,
        CancellationToken cancel = default);

    /// <summary>One labelled example becomes one LoRA gradient row, kept under a hash of (model files, adapter, prompt ids, answer ids):
    /// one backward pass, and nothing when the row is there already.</summary>
    Observation Observe(TaskPrompt? task, Example example, CancellationToken cancel = default);

    /// <summary>CoS-Low of the labelled examples with its example bootstrap, AUC', posterior, rule A and the verdict's facts. Rows that
    /// are not kept (any more) are observed again first: one backward pass each.</summary>
    Estimate Forecast(ForecastRequest request, CancellationToken cancel = default);

    /// <summary>A fine-tune on the request's labels, tested on labels it has not seen. Goes on from the checkpoint in the request's folder
    /// where that belongs to the same request. While it is open the model answers, observes and forecasts as before.</summary>
    /// <exception cref="CheckRefusedException">These labels allow no check.</exception>
    /// <exception cref="ModelException">Training does not fit into memory, or its checkpoint not into the folder; the message names model
    /// and size.</exception>
    ICheckRun BeginCheck(CheckRequest request);

    /// <summary>What the check would cost, from a few measured steps. Refuses as <see cref="BeginCheck"/> does.</summary>
    /// <param name="giveWay">As of a check's step: called between two layers, and what goes there is not counted.</param>
    CheckCost MeasureCheck(CheckRequest request, Action? giveWay = null, CancellationToken cancel = default);
}

public sealed record Example(string Text, string Answer)
{
    /// <summary>Whether that is its answer: exact match without case, '.' and white space at both ends (method section 8).</summary>
    public bool IsAnsweredBy(string answer) => Normalise(answer) == Normalise(Answer);

    internal static string Normalise(string answer) => answer.ToLowerInvariant().Trim('.', ' ', '\n', '\r', '\t');
}

/// <param name="Index">Position in the list that was ranked.</param>
/// <param name="Confidence">Mean max probability of the kept generated tokens; of the first generated token where none is kept. NaN where
/// the text was left out.</param>
/// <param name="Perplexity">exp(mean -ln p) of the same tokens.</param>
/// <param name="Answer">The greedy answer, special tokens skipped.</param>
/// <param name="Tokens">Generated ids, the EOS included.</param>
/// <param name="NoKeptToken">Every generated token was masked.</param>
/// <param name="LeftOut">Why the text has no confidence (a prompt longer than the model's context), or null.</param>
public sealed record RankedText(int Index, double Confidence, double Perplexity, string Answer, IReadOnlyList<int> Tokens,
    bool NoKeptToken, string? LeftOut = null);

/// <param name="Key">Hash of model files, adapter seed and rank, prompt ids and answer ids.</param>
/// <param name="Loss">Mean cross-entropy of the kept answer tokens; null where the example has no gradient.</param>
/// <param name="GradientNorm">Norm of all B gradients, alpha/r included; null as above.</param>
/// <param name="LeftOut">Why there is no gradient (empty answer, only masked tokens, norm 0, prompt too long), or null.</param>
/// <param name="Passing">It is left out for want of memory now: the same example may have a gradient another time.</param>
public sealed record Observation(string Key, double? Loss, double? GradientNorm, string? LeftOut, bool Passing = false);

/// <param name="Name">Folder name.</param>
/// <param name="Sha256">SHA-256 over the weight files in name order: the identity that calibrations are keyed by.</param>
/// <param name="CalibrationProblem">Why a calibration file of this model is not used, with the file and the cure; null where none is
/// damaged.</param>
public sealed record ModelInfo(string Name, string Folder, string Architecture, long Parameters, int ContextLength, int VocabularySize,
    string Sha256, string Device, string Precision, string? CalibrationProblem = null);
