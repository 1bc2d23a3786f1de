namespace DataEfficiency.Portal.Storage;

/// <summary>What some items were before a bulk action, for as long as it can be taken back: a row for each transaction of it, written
/// there.</summary>
public sealed class BulkUndo
{
    public long Id { get; set; }
    /// <summary>One for all rows of an action.</summary>
    public Guid Undo { get; set; }
    public int ProjectId { get; set; }
    /// <summary>Who did it, and alone may take it back.</summary>
    public string UserId { get; set; } = "";
    /// <summary>What was done.</summary>
    public string Action { get; set; } = "";
    public int ItemCount { get; set; }
    /// <summary>JSON list of what they were.</summary>
    public string Items { get; set; } = "";
    /// <summary>Newest answer of the project then: whatever is newer was given since.</summary>
    public long Newest { get; set; }
    /// <summary>Unix milliseconds.</summary>
    public long Until { get; set; }
}
