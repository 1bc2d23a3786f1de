namespace DataEfficiency.Portal.Storage;

/// <summary>Append-only: who changed what.</summary>
public sealed class AuditEntry
{
    public long Id { get; set; }
    public int? ProjectId { get; set; }
    public string UserId { get; set; } = "";
    public string What { get; set; } = "";
    public string? Before { get; set; }
    public string? After { get; set; }
    public long CreatedAt { get; set; }
}
