namespace DataEfficiency.Engine.FineTuning;

/// <summary>A training recipe. The defaults are those of the paper's reference (method section 8), save the learning rate, which depends on the model.</summary>
public sealed record TrainingOptions
{
    /// <summary>Peak learning rate. Default: 1e-5 (full fine-tuning of a large model; a model of 1 M parameters wants 3e-4 to 3e-3).</summary>
    public double LearningRate { get; init; } = 1e-5;

    /// <summary>Share of the steps over which the rate rises from zero. Default: 0.1.</summary>
    public double WarmUp { get; init; } = .1;

    /// <summary>The cosine ends at this share of the peak rate. Default: 0.</summary>
    public double FinalShare { get; init; }

    /// <summary>False: the rate stays at its peak. Default: true.</summary>
    public bool Cosine { get; init; } = true;

    /// <summary>Sequences of one step. Default: 32.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Default: 500.</summary>
    public int MaxSteps { get; init; } = 500;

    /// <summary>Steps between two looks at the validation loss. Default: 4.</summary>
    public int EvaluateEvery { get; init; } = 4;

    /// <summary>Looks without a better validation loss after which training ends. Default: 10.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>Default: 0.01.</summary>
    public double WeightDecay { get; init; } = .01;

    public double Beta1 { get; init; } = .9;

    public double Beta2 { get; init; } = .999;

    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest norm of a step's gradient, or null: not clipped. Default: null.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>Input positions (padding included) of one forward and backward; a larger batch is split and its gradients added. Default: 8192.</summary>
    public int TokensAtOnce { get; init; } = 8192;

    /// <summary>Computes the beginning that all sequences of a batch share once: the same numbers up to rounding, several times faster where the instruction is long.
    /// Default: true.</summary>
    public bool SharePrefix { get; init; } = true;

    /// <summary>Seed of the shuffle and of the order of batches. Default: 42.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The rate of step <paramref name="step"/>, counted from 1, of <paramref name="steps"/>.</summary>
    public double RateAt(int step, int steps)
    {
        var warm = WarmUp * steps;
        if (step <= warm) return LearningRate * step / warm;
        if (!Cosine) return LearningRate;
        var progress = steps <= warm ? 1 : (step - warm) / (steps - warm);
        return LearningRate * (FinalShare + (1 - FinalShare) * .5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress))));
    }
}
