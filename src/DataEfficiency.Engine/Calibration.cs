// A model's calibration: what calibration.json beside the model holds (method section 10).

namespace DataEfficiency.Engine;

/// <summary>Measured reference tasks of one model and the fit AUC' = c CoS-Low + I over them.</summary>
/// <param name="WeightsSha256">SHA-256 of the weights that were measured; a calibration of other weights is not used.</param>
/// <param name="Profile">full, small or signals-only.</param>
/// <param name="Coefficient">c of the least-squares fit; null where there is no fit (signals-only, fewer than 8 tasks).</param>
/// <param name="LeaveOneOutError">Mean |predicted - measured AUC| leaving one task out; null as above.</param>
/// <param name="MeanBaselineError">The same error of the mean of the other tasks.</param>
public sealed record Calibration(int Version, string Model, string WeightsSha256, string Profile, CalibrationRecipe Recipe, IReadOnlyList<CalibrationTask> Tasks,
    double? Coefficient, double? Intercept, double? LeaveOneOutError, double? MeanBaselineError, double DurationSeconds);

/// <param name="LearningRateTasks">The two tasks the learning rate was chosen on; they are left out of the fit.</param>
public sealed record CalibrationRecipe(long AdapterSeed, int AdapterRank, double AdapterAlpha, double LearningRate, int BatchSize, int MaxSteps, int EvaluateEvery, int Patience,
    int ValidationSize, int TestSize, IReadOnlyList<int> Budgets, IReadOnlyList<string> LearningRateTasks);

/// <param name="Auc">Area of the measured curve; null in signals-only.</param>
public sealed record CalibrationTask(string Name, double CosLow, double CosLowStandardError, double Ceiling, double? Auc, IReadOnlyList<CalibrationRun> Runs, bool UsedForLearningRate, double DurationSeconds);

public sealed record CalibrationRun(int Examples, double Score, double ValidationLoss, int Steps, long Seed, double Seconds);
