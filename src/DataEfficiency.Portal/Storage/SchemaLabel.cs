namespace DataEfficiency.Portal.Storage;

/// <summary>What a label was in one version of the answer set. The newest version stands in <see cref="Label"/> too, for whoever reads
/// it now.</summary>
public sealed class SchemaLabel
{
    public int SchemaId { get; set; }
    public int LabelId { get; set; }
    public string Name { get; set; } = "";
    public string AnswerText { get; set; } = "";
    public int Order { get; set; }
    public string? Key { get; set; }
    public string? Colour { get; set; }
    public string? Group { get; set; }
    public string? Description { get; set; }
    public bool Retired { get; set; }
    public int? MergedIntoId { get; set; }
    public int? AskedAgainFrom { get; set; }
}
