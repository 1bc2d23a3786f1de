namespace DataEfficiency.Portal.Storage;

/// <summary>A filter of the table of items that somebody named to come back to.</summary>
public sealed class SavedView
{
    public int Id { get; set; }
    public int ProjectId { get; set; }
    public string UserId { get; set; } = "";
    public string Name { get; set; } = "";
    /// <summary>The filter, as it stands in an address.</summary>
    public string Query { get; set; } = "";
    /// <summary>All leads of the project see it.</summary>
    public bool Shared { get; set; }
    public long CreatedAt { get; set; }
}
