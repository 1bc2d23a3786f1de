namespace DataEfficiency.Portal.Storage;

/// <summary>A project's guideline as it was saved; append-only. Who answered between two of them read the earlier one.</summary>
public sealed class GuidelineVersion
{
    public int Id { get; set; }
    public int ProjectId { get; set; }
    /// <summary>1, 2, ... within the project.</summary>
    public int Version { get; set; }
    /// <summary>Markdown; empty: it was taken away.</summary>
    public string Text { get; set; } = "";
    public string CreatedBy { get; set; } = "";
    public long CreatedAt { get; set; }
}
