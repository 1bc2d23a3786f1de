namespace DataEfficiency.Portal.Storage;

/// <summary>One of the answers that a project's answer set offers. Its id stays whatever it is called; what it was in each version of the
/// answer set stands in <see cref="SchemaLabel"/>.</summary>
public sealed class Label
{
    public int Id { get; set; }
    public int ProjectId { get; set; }
    public string Name { get; set; } = "";
    /// <summary>What the model learns to write.</summary>
    public string AnswerText { get; set; } = "";
    public int Order { get; set; }
    /// <summary>Assigned key, or null for the key of its place.</summary>
    public string? Key { get; set; }
    public string? Colour { get; set; }
    public string? Group { get; set; }
    public string? Description { get; set; }
    public bool Retired { get; set; }
    /// <summary>The label that took this one's place; answers keep this id and are read as that one.</summary>
    public int? MergedIntoId { get; set; }
    /// <summary>What people answered with it before this version of the answer set is asked again; null: it stands.</summary>
    public int? AskedAgainFrom { get; set; }
}
