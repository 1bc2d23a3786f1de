namespace DataEfficiency.Portal.Storage;

/// <summary>One version of a project's answer set; a change makes a new one: an answer's version says what its person saw.</summary>
public sealed class Schema
{
    public int Id { get; set; }
    public int ProjectId { get; set; }
    /// <summary>1, 2, ... within the project.</summary>
    public int Version { get; set; }
    public string CreatedBy { get; set; } = "";
    public long CreatedAt { get; set; }
}
