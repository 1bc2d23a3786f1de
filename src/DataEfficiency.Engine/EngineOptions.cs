using System.Globalization;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine;

/// <summary>How a model is loaded and observed. Adapter settings are part of an estimate's identity.</summary>
public sealed record EngineOptions
{
    /// <summary>Threads of one tensor operation, for the whole process. Default: null, all cores.</summary>
    public int? Threads { get; init; }

    /// <summary>auto (the first GPU where libtorch finds one, else the CPU), cpu, cuda or cuda:N. Default: auto.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>auto (bfloat16 on a GPU, float32 on the CPU), float32 or bfloat16; never bfloat16 on the CPU, where it is many times
    /// slower. Default: auto.</summary>
    public string Precision { get; init; } = "auto";

    /// <summary>Allows bfloat16 on the CPU, for tests of what a GPU computes. Default: false.</summary>
    internal bool SlowPrecision { get; init; }

    /// <summary>Told what the engine does on its own account: a batch that did not fit into memory goes on in halves. Default:
    /// null.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Seed of the adapter's A matrices. Default: null, the calibration's, else 1.</summary>
    public long? AdapterSeed { get; init; }

    /// <summary>A rank above a model's width says nothing more than that width.</summary>
    internal const int LargestRank = 4096;

    /// <summary>Rank of the adapter, at most 4,096. Default: null, the calibration's, else 64.</summary>
    public int? AdapterRank { get; init; }

    /// <summary>Scale of the adapter is alpha / rank. Default: null, the calibration's, else 32.</summary>
    public double? AdapterAlpha { get; init; }

    /// <summary>Safetensors file of A matrices in PEFT's layout, in the place of those made from the seed; the rank is theirs.
    /// Default: null.</summary>
    public string? AdapterMatricesFile { get; init; }

    /// <summary>Folder of an adapter (PEFT's LoRA or (IA)^3) through which the model answers, unmerged: what a check keeps of a model too
    /// large to be trained whole. No calibration speaks of such a model. Default: null.</summary>
    public string? Tuned { get; init; }

    /// <summary>Gradient rows in memory together take at most this many bytes: in float32 while they fit, else in half precision, else in
    /// files, else as random projections. Default: 2 GiB.</summary>
    public long RowMemoryBytes { get; init; } = 2L << 30;

    /// <summary>Folder for rows that leave the memory. Default: null, none.</summary>
    public string? RowFolder { get; init; }

    /// <summary>The row folder takes at most this many bytes. Default: 8 GiB, room for the first 32 of a model of 8 billion
    /// parameters.</summary>
    public long RowFolderBytes { get; init; } = 8L << 30;

    /// <summary>Folder of calibrations named by the SHA-256 of their weights, which go before the one beside the model. Default: null,
    /// none.</summary>
    public string? CalibrationFolder { get; init; }

    /// <summary>In the place of the models whose fits are published; for tests, which have none of those.</summary>
    internal IReadOnlyList<PublishedModel>? PublishedModels { get; init; }

    /// <summary>Folder of libtorch 2.10 or 2.11 libraries to use in the place of the package's. Default: null.</summary>
    public string? LibTorchPath { get; init; }

    /// <exception cref="ModelException">A value that nothing can be done with; the message names the option and what is
    /// expected.</exception>
    internal void Check()
    {
        Expect(Threads is null or >= 1, nameof(Threads), Threads, "at least 1");
        Expect(IsDevice(Device), nameof(Device), $"\"{Device}\"", "auto, cpu, cuda or cuda:N");
        Expect(Precision is "auto" or "float32" or "bfloat16", nameof(Precision), $"\"{Precision}\"", "auto, float32 or bfloat16");
        Expect(AdapterRank is null or (>= 1 and <= LargestRank), nameof(AdapterRank), AdapterRank, $"1 to {LargestRank}");
        Expect(AdapterAlpha is null || (AdapterAlpha > 0 && double.IsFinite(AdapterAlpha.Value)), nameof(AdapterAlpha), AdapterAlpha,
            "a number above 0");
        Expect(AdapterMatricesFile is not "", nameof(AdapterMatricesFile), "empty", "a file or null");
        Expect(Tuned is not "", nameof(Tuned), "empty", "a folder or null");
        Expect(RowMemoryBytes >= 0, nameof(RowMemoryBytes), RowMemoryBytes, "0 or more");
        Expect(RowFolder is not "", nameof(RowFolder), "empty", "a folder or null");
        Expect(RowFolderBytes >= 0, nameof(RowFolderBytes), RowFolderBytes, "0 or more");
    }

    private static bool IsDevice(string name) => name is "auto" or "cpu" or "cuda"
        || (name.StartsWith("cuda:", StringComparison.Ordinal) && name.Length > 5
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static void Expect(bool holds, string option, object? value, string expected)
    {
        if (!holds) throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}, expected {expected}."));
    }
}
