namespace DataEfficiency.Portal.Storage;

public sealed class Skip
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    public string Reason { get; set; } = "";
    public long CreatedAt { get; set; }
}
