namespace DataEfficiency.Engine.Pretraining;

/// <summary>Shape and recipe of a small model trained from nothing. Training ends at the token or the time budget, whichever comes
/// first; the cosine follows the same clock.</summary>
public sealed record PretrainingOptions
{
    /// <summary>Seed of weights, order and exercises. Default: 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Tokens of the byte-level BPE vocabulary that is trained first. Default: 2,048.</summary>
    public int VocabularySize { get; init; } = 2048;

    /// <summary>Default: 128.</summary>
    public int HiddenSize { get; init; } = 128;

    /// <summary>Default: 352.</summary>
    public int IntermediateSize { get; init; } = 352;

    /// <summary>Default: 3.</summary>
    public int Layers { get; init; } = 3;

    /// <summary>Query heads; half as many key-value heads. Default: 4.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Default: 2,048.</summary>
    public int ContextLength { get; init; } = 2048;

    /// <summary>Input positions to train on, padding included; with a fixed number a run can be
    /// repeated exactly. Default: no limit.</summary>
    public long? Tokens { get; init; }

    /// <summary>Time to train. Default: no limit.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Peak learning rate, reached after <see cref="WarmUpSteps"/>. Default: 4e-3.</summary>
    public double LearningRate { get; init; } = 4e-3;

    /// <summary>Default: 100.</summary>
    public int WarmUpSteps { get; init; } = 100;

    /// <summary>Tokens of one block of running text. Default: 256.</summary>
    public int BlockLength { get; init; } = 256;

    /// <summary>Tokens of one step on text; small steps learn more from few tokens. Default: 1,024.</summary>
    public int TokensPerStep { get; init; } = 1024;

    /// <summary>Every so many text steps take one block of the whole context instead of short ones. Default: 24.</summary>
    public int LongBlockEvery { get; init; } = 24;

    /// <summary>Exercises of one step on exercises. Default: 16.</summary>
    public int ExercisesPerStep { get; init; } = 16;

    /// <summary>Of so many steps one is on exercises. Default: 3.</summary>
    public int ExerciseEvery { get; init; } = 3;

    /// <summary>Time between two checkpoints in the output folder. Default: 2 minutes.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(2);
}

/// <param name="Share">Share of the budget that is used up, 0 to 1.</param>
/// <param name="TextLoss">Mean cross-entropy of the last text steps, nats per token.</param>
/// <param name="ExerciseLoss">The same of the answers of the exercises.</param>
public sealed record PretrainingProgress(int Step, long Tokens, double Share, double TextLoss, double ExerciseLoss, double TokensPerSecond);

/// <param name="HeldOutTextLoss">Nats per token of text that was never trained on.</param>
/// <param name="HeldOutBitsPerByte">The same in bits per byte of UTF-8: comparable between vocabularies.</param>
/// <param name="HeldOutExerciseLoss">Nats per answer token of exercises of another seed.</param>
public sealed record PretrainingResult(long Parameters, int Steps, long Tokens, double Seconds, double HeldOutTextLoss,
    double HeldOutBitsPerByte, double HeldOutExerciseLoss, string Folder);
