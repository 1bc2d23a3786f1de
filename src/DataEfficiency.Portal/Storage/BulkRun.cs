namespace DataEfficiency.Portal.Storage;

/// <summary>A bulk action that a program asked for under a key of its own: asked again, it is answered again and not done twice.</summary>
public sealed class BulkRun
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    public string UserId { get; set; } = "";
    /// <summary>What the program sent as Idempotency-Key.</summary>
    public string Key { get; set; } = "";
    /// <summary>SHA-256 of what was asked: the same key with something else is a mistake.</summary>
    public byte[] Hash { get; set; } = [];
    /// <summary>What was answered; null: it is under way, or was cut off.</summary>
    public string? Reply { get; set; }
    public long CreatedAt { get; set; }
}
