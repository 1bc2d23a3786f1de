namespace DataEfficiency.Portal.Storage;

/// <summary>What a reviewer decided of an item; append-only. Its answer, where it made one, is an answer of role Review.</summary>
public sealed class Review
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    public ReviewVerdict Verdict { get; set; }
    /// <summary>Why people did not agree; null: the reviewer did not say.</summary>
    public ReviewCause? Cause { get; set; }
    /// <summary>For the item's people where it was sent back.</summary>
    public string? Note { get; set; }
    public long? AnswerId { get; set; }
    public long CreatedAt { get; set; }
}
