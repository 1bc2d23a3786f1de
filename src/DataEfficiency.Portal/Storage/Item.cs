namespace DataEfficiency.Portal.Storage;

public sealed class Item
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    /// <summary>Visible to everyone else only while ImportId &lt;= Project.VisibleImport.</summary>
    public int ImportId { get; set; }
    /// <summary>Line or row number in the uploaded file.</summary>
    public int Line { get; set; }
    public string? ExternalId { get; set; }
    public string Text { get; set; } = "";
    /// <summary>JSON list of {"name", "text"}, where several columns make the text; null: it is one.</summary>
    public string? Parts { get; set; }
    /// <summary>SHA-256 of the text, for duplicates.</summary>
    public byte[] TextHash { get; set; } = [];
    /// <summary>JSON object of the other mapped columns, or null.</summary>
    public string? Metadata { get; set; }
    /// <summary>Hidden gold answer (answer text) for evaluation, never shown to annotators.</summary>
    public string? Gold { get; set; }
    /// <summary>JSON list of all gold answers, any of which is right, where there are several; <see cref="Gold"/> is the first.</summary>
    public string? RightAnswers { get; set; }
    public ItemSplit Split { get; set; }
    /// <summary>Taken out of the project; its answers stay.</summary>
    public bool Deleted { get; set; }
    /// <summary>A seeded random number; the project's random order is the rising one, into which later imports mix.</summary>
    public int RandomRank { get; set; }
}
