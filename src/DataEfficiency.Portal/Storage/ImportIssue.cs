namespace DataEfficiency.Portal.Storage;

public sealed class ImportIssue
{
    public long Id { get; set; }
    public int ImportId { get; set; }
    public int Line { get; set; }
    public string? Column { get; set; }
    /// <summary>bad-row, empty-text, duplicate, unknown-answer, too-long, ...</summary>
    public string Code { get; set; } = "";
    /// <summary>Which sentence says it, with its arguments (<see cref="Sentences.StoredSaid"/>); in older rows the sentence.</summary>
    public string Reason { get; set; } = "";
    /// <summary>At most 80 characters of the row.</summary>
    public string Excerpt { get; set; } = "";
}
