// The one table of training recipes (version 2): checks and calibrations train alike, so that what is fitted on the one speaks of the
// other.
using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.FineTuning;

internal static class RecipeTable
{
    /// <summary>Models from here on train a LoRA adapter, smaller ones all parameters, where nothing else was asked for.</summary>
    public const long LargeModel = 300_000_000;

    /// <summary>Below it a model is so small that it wants higher rates. On the bundled one 3e-4 has not learnt 500 examples of four tasks
    /// in 200 steps (scores .43 to .81; .92 to 1.00 with 1e-3).</summary>
    private const long TinyModel = 10_000_000;

    public const int BatchSize = 16, MaxSteps = 200, EvaluateEvery = 20, Patience = 5;

    /// <summary>Loss of a step's batch below which training ends.</summary>
    public const double StopBelowLoss = .01;

    private const int Rank = 16;
    private const double Alpha = 32;

    /// <summary>A run by the table, which stops by itself.</summary>
    public static Recipe Of(Trained trained, double rate, long seed) => new()
    {
        Trained = trained, Rank = Rank, Alpha = Alpha, LearningRate = rate, Seed = seed, BatchSize = BatchSize, MaxSteps = MaxSteps,
        EvaluateEvery = EvaluateEvery, Patience = Patience, StopBelowLoss = StopBelowLoss,
    };

    /// <param name="parameters">Of the model.</param>
    public static Trained TrainedFor(CheckTraining asked, long parameters) => asked switch
    {
        CheckTraining.Full => Trained.Full,
        CheckTraining.Lora => Trained.Lora,
        CheckTraining.Ia3 => Trained.Ia3,
        _ => parameters < LargeModel ? Trained.Full : Trained.Lora,
    };

    /// <summary>The learning rates to choose from, ascending. Those of (IA)^3 lie around T-Few's 3e-3 (Liu et al., arXiv
    /// 2205.05638).</summary>
    public static IReadOnlyList<double> Rates(Trained trained, long parameters) => trained switch
    {
        Trained.Full => parameters < TinyModel ? [1e-3, 3e-3, 1e-2] : [3e-5, 1e-4, 1e-3],
        Trained.Lora => parameters < TinyModel ? [1e-3, 3e-3, 1e-2] : [1e-4, 3e-4, 1e-3],
        _ => [1e-3, 3e-3, 1e-2],
    };

    /// <summary>The rate that a calibration chose, where it was made by this table and trains the same; else null.</summary>
    public static double? RateOf(Calibration? calibration, Trained trained) =>
        calibration?.Recipe is { Number: Recipe.Current, BatchSize: BatchSize, MaxSteps: MaxSteps, LearningRate: > 0 } recipe
            && recipe.Trained == trained.ToString() && calibration.Tasks.Any(t => t.Runs.Count > 0) ? recipe.LearningRate : null;

    /// <summary>Number of trained values of a model, from its configuration.</summary>
    public static long Parameters(ModelConfig config) =>
        DecoderWeights.Of(config).Sum(w => w.Shape.Aggregate(1L, (a, b) => a * b));
}
