// What a training run is: everything that its numbers follow from, beside model and examples.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;

namespace DataEfficiency.Engine.FineTuning;

/// <summary>What a run trains.</summary>
internal enum Trained { Full, Lora, Ia3 }

/// <summary>A training recipe. The defaults are those of the paper's reference (method section 8), save the learning rate, which depends on
/// the model. The split into micro-batches follows from it alone, never from time.</summary>
internal sealed record Recipe
{
    /// <summary>Of what is trained today: the answer followed by the first eos id, scored by exact match. Recipe 1 taught no end.</summary>
    public const int Current = 2;

    public int Version { get; init; } = Current;

    /// <summary>Default: all weights.</summary>
    public Trained Trained { get; init; } = Trained.Full;

    /// <summary>Rank of a LoRA adapter. Default: 64.</summary>
    public int Rank { get; init; } = 64;

    /// <summary>Scale of a LoRA adapter is alpha / rank. Default: 32.</summary>
    public double Alpha { get; init; } = 32;

    /// <summary>Peak learning rate. Default: 1e-5 (full fine-tuning of a large model; a model of 1 M parameters wants 3e-4 to
    /// 3e-3).</summary>
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

    /// <summary>Training ends behind a step whose loss was below this. Default: null, never.</summary>
    public double? StopBelowLoss { get; init; }

    /// <summary>Default: 0.01.</summary>
    public double WeightDecay { get; init; } = .01;

    public double Beta1 { get; init; } = .9;

    public double Beta2 { get; init; } = .999;

    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest norm of a step's gradient, or null: not clipped. Default: null.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>Input positions (padding included) of one micro-batch; a larger batch is split and its gradients added. Default:
    /// 8192.</summary>
    public int TokensAtOnce { get; init; } = 8192;

    /// <summary>Computes the beginning that all sequences of a micro-batch share once: the same numbers up to rounding, several times
    /// faster where the instruction is long. Default: true.</summary>
    public bool SharePrefix { get; init; } = true;

    /// <summary>Seed of the order of batches, and of a LoRA adapter's A. Default: 42.</summary>
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

    /// <summary>A fresh adapter of this recipe, which changes nothing yet; null for full training.</summary>
    public Adapter? NewAdapter(ModelConfig config, torch.Device device)
    {
        if (Trained == Trained.Full) return null;
        if (Trained == Trained.Ia3) return new Ia3Adapter(config, device);
        using var matrices = AdapterMatrices.FromSeed(config, Seed, Rank, device);
        return new LoraAdapter(config, matrices, Alpha, device);
    }
}
