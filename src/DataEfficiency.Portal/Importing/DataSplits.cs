using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>What data sets call their splits.</summary>
internal static class DataSplits
{
    public static bool IsOne(string name) => Of(name) != ItemSplit.Pool || name.Equals("train", StringComparison.OrdinalIgnoreCase)
        || name.Equals("training", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is trained on is the pool; so is whatever has another name.</summary>
    public static ItemSplit Of(string? name) => name?.Trim().ToLowerInvariant() switch
    {
        "validation" or "valid" or "val" or "dev" => ItemSplit.Validation,
        "test" or "testing" or "eval" or "evaluation" => ItemSplit.Test,
        _ => ItemSplit.Pool,
    };
}
