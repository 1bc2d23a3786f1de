namespace DataEfficiency.Portal.Storage;

/// <summary>What one ranking's model made of one item.</summary>
public sealed class ItemScore
{
    public long ItemId { get; set; }
    public int RankingId { get; set; }
    /// <summary>Null where the model could not take the item.</summary>
    public double? Confidence { get; set; }
    public double? Perplexity { get; set; }
    /// <summary>Its greedy answer.</summary>
    public string? ModelAnswer { get; set; }
    public bool NoKeptToken { get; set; }
    /// <summary>Why the model cannot take this item (prompt too long), or why it gives no gradient; null: usable.</summary>
    public string? Unusable { get; set; }
}
