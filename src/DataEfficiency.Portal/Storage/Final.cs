namespace DataEfficiency.Portal.Storage;

/// <summary>
/// What an item's answer is in the end: one row for each item that somebody answered, written in the transaction of the answer. Forecast,
/// cost, progress and exports read this and decide nothing themselves.
/// </summary>
public sealed class Final
{
    public long ItemId { get; set; }
    public int ProjectId { get; set; }
    public FinalBy By { get; set; }
    /// <summary>The newest of the answers that say it; null where they do not agree.</summary>
    public long? AnswerId { get; set; }
    public int? LabelId { get; set; }
    public string? AnswerText { get; set; }
    /// <summary>How many answers were heard.</summary>
    public int Heard { get; set; }
    /// <summary>How the item came to its first answer.</summary>
    public Stratum Stratum { get; set; }
    /// <summary>Version of the answer set in which the answer was given.</summary>
    public int SchemaVersion { get; set; }
}
