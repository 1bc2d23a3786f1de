namespace DataEfficiency.Portal.Storage;

/// <summary>A rank job over a project's items; resumes after a restart because every item's confidence is stored as it comes.</summary>
public sealed class RankJob
{
    public int Id { get; set; }
    public int ProjectId { get; set; }
    public WorkState State { get; set; }
    public string Model { get; set; } = "";
    public string ModelSha256 { get; set; } = "";
    /// <summary>Hash of model and prompt: a later job with the same hash goes on behind <see cref="LastItemId"/>.</summary>
    public string InputHash { get; set; } = "";
    /// <summary>Items are ranked in the order of their ids; this one was the last whose confidence is stored.</summary>
    public long LastItemId { get; set; }
    public int Done { get; set; }
    public int Total { get; set; }
    public double ItemsPerSecond { get; set; }
    public bool CancelRequested { get; set; }
    public string? Error { get; set; }
    public long CreatedAt { get; set; }
    public long? StartedAt { get; set; }
    public long? FinishedAt { get; set; }
}
