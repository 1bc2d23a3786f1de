namespace DataEfficiency.Portal.Storage;

/// <summary>What the model of a check said of an item that it was not trained on.</summary>
public sealed class StoredPrediction
{
    public int CheckId { get; set; }
    public long ItemId { get; set; }
    public string Predicted { get; set; } = "";
    public bool Right { get; set; }
    /// <summary>The untrained model's.</summary>
    public string ZeroShot { get; set; } = "";
    public bool ZeroShotRight { get; set; }
    /// <summary>JSON object: what share each answer of the answer set has in what the trained model expects; null where answers are free,
    /// and of older checks.</summary>
    public string? Shares { get; set; }
}
