using DataEfficiency.Engine.Catalog;

namespace DataEfficiency.Portal.Estimating;

/// <summary>Section "Estimation": how the engine runs beside the web server.</summary>
public sealed class EstimationOptions
{
    public const string Section = "Estimation";

    /// <summary>Threads of the engine, so that a core is left to the web server while people label. Default: all cores but one, at least
    /// 1.</summary>
    public int Threads { get; set; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>How long the steps of a ranking grow: what a killed process ranks again, and what ending a ranking waits for, and estimates
    /// of a model that has no room beside the ranking's. Other estimates go between two layers of a step, however long it is. Short steps
    /// rank small batches, which cost more an item. Default: 30 s.</summary>
    public TimeSpan RankStep { get; set; } = RankingSteps.Longest;

    /// <summary>Shortest time between two pictures of one project sent to its pages. Default: 100 ms.</summary>
    public TimeSpan FeedInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Models kept loaded on the device; the least recently used leaves. Default: 1.</summary>
    public int LoadedModels { get; set; } = 1;

    /// <summary>auto (the first GPU where there is one, else the CPU), cpu, cuda or cuda:N. Default: auto.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>auto (bfloat16 on a GPU, float32 on the CPU), float32 or bfloat16. Default: auto.</summary>
    public string Precision { get; set; } = "auto";

    /// <summary>Folder of libtorch libraries to use in place of the ones beside the program. Default: none.</summary>
    public string? LibTorchPath { get; set; }

    internal static bool IsValid(EstimationOptions o) =>
        o.Threads >= 1 && o.LoadedModels >= 1 && o.RankStep > TimeSpan.Zero && o.RankStep <= TimeSpan.FromMinutes(5)
            && o.FeedInterval >= TimeSpan.Zero;

    internal const string Rule =
        "Estimation: Threads and LoadedModels must be at least 1, RankStep between 0 and 5 minutes, FeedInterval not negative.";
}

/// <summary>Section "Models": where model folders lie.</summary>
public sealed class ModelsOptions
{
    public const string Section = "Models";

    /// <summary>Folder whose subfolders are Hugging Face model folders; relative to the content root. Default: models in the data
    /// folder.</summary>
    public string? Root { get; set; }
}
