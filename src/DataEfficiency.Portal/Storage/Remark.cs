namespace DataEfficiency.Portal.Storage;

/// <summary>One person's flag and note on an item.</summary>
public sealed class Remark
{
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    public int ProjectId { get; set; }
    public bool Flagged { get; set; }
    public string? Note { get; set; }
    public long UpdatedAt { get; set; }
}
