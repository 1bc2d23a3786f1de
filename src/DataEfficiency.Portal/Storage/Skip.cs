namespace DataEfficiency.Portal.Storage;

public sealed class Skip
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    public string Reason { get; set; } = "";
    public long CreatedAt { get; set; }
    public Guid SubmissionId { get; set; }
    /// <summary>As an answer's: a skip is newer or older than it.</summary>
    public long AnsweredAt { get; set; }
}
