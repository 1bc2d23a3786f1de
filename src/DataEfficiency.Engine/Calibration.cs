// A model's calibration: what calibration.json beside the model holds (method section 10).
using System.Text.Json.Serialization;

namespace DataEfficiency.Engine;

/// <summary>Measured reference tasks of one model and the fit AUC' = c CoS-Low + I over them.</summary>
/// <param name="WeightsSha256">SHA-256 of the weights that were measured; a calibration of other weights is not used.</param>
/// <param name="Profile">full, small or signals-only.</param>
/// <param name="Coefficient">c of the least-squares fit; null where there is no fit (signals-only, fewer than 8 tasks).</param>
/// <param name="LeaveOneOutError">Mean |predicted - measured AUC| leaving one task out; null as above.</param>
/// <param name="MeanBaselineError">The same error of the mean of the other tasks.</param>
public sealed record Calibration(int Version, string Model, string WeightsSha256, string Profile, CalibrationRecipe Recipe,
    IReadOnlyList<CalibrationTask> Tasks,
    double? Coefficient, double? Intercept, double? LeaveOneOutError, double? MeanBaselineError, double DurationSeconds)
{
    /// <summary>True where its curves were trained by a recipe before today's. It still predicts; page and verbs say so. CoS-Low alone
    /// (signals-only) is the same under every recipe.</summary>
    [JsonIgnore]
    public bool IsOfOlderRecipe => Recipe.Number < CalibrationRecipe.Current && Tasks.Any(t => t.Runs.Count > 0);
}

/// <param name="LearningRateTasks">The two tasks the learning rate was chosen on; they are left out of the fit.</param>
/// <param name="Number">Of the training recipe. 1, which files without a number have: training taught no end of the answer, and a score was
/// the share of answers that begin right. 2: the answer and its end are trained, the score is exact match of the whole decoded answer
/// (method section 8).</param>
/// <param name="Precision">What signals and curves were computed in.</param>
/// <param name="Trained">Full, Lora or Ia3.</param>
public sealed record CalibrationRecipe(long AdapterSeed, int AdapterRank, double AdapterAlpha, double LearningRate, int BatchSize,
    int MaxSteps, int EvaluateEvery, int Patience, int ValidationSize, int TestSize, IReadOnlyList<int> Budgets,
        IReadOnlyList<string> LearningRateTasks,
    int Number = 1, string Precision = "float32", string Trained = "Full")
{
    /// <summary>Number of the recipe that calibrations are made with today.</summary>
    public const int Current = 2;
}

/// <param name="CosLow">Of the first draw of the 32.</param>
/// <param name="Auc">Area of the measured curve; null in signals-only.</param>
/// <param name="Signals">Every signal of every draw, CoS-Low among them; null in files of before there was more than CoS-Low.</param>
public sealed record CalibrationTask(string Name, double CosLow, double CosLowStandardError, double Ceiling, double? Auc,
    IReadOnlyList<CalibrationRun> Runs, bool UsedForLearningRate, double DurationSeconds, IReadOnlyList<TaskSignal>? Signals = null);

/// <summary>A signal of a task's labels, from which its area is predicted.</summary>
/// <param name="Examples">Labels that it is judged by: all of the least confident ones, or the random ones among all.</param>
/// <param name="Draw">1, 2, ...: another draw of the 32 and of the random labels from the same pool.</param>
/// <param name="Value">CoS-Low, or how far a probe is above chance.</param>
/// <param name="Accuracy">Of a probe.</param>
/// <param name="ZeroShot">Share of the labels it is judged by that the untrained model answers rightly.</param>
public sealed record TaskSignal(AreaSignal Kind, int Examples, int Draw, double Value, double? Accuracy = null, double? ZeroShot = null)
{
    /// <summary>A probe's, as a project's labels would have it.</summary>
    public ProbeScore AsProbe() => new(Examples, Examples, Accuracy ?? 0, Value, Accuracy is null ? null : ZeroShot);
}

/// <param name="Score">Share of exact matches on the test examples (recipe 1: of answers that begin right).</param>
/// <param name="LabelRanking">Share of test examples whose label ranks first by mean log-likelihood; null for free answers and in recipe
/// 1.</param>
public sealed record CalibrationRun(int Examples, double Score, double ValidationLoss, int Steps, long Seed, double Seconds,
    double? LabelRanking = null);
