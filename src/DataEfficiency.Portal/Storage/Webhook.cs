namespace DataEfficiency.Portal.Storage;

/// <summary>An address outside that is told what happens in a project.</summary>
public sealed class Webhook
{
    public int Id { get; set; }
    public int ProjectId { get; set; }
    public string Url { get; set; } = "";
    public WebhookEvents Events { get; set; }
    /// <summary>What deliveries are signed with, encrypted by the portal's keys: it is needed again, so a hash would not do.</summary>
    public string ProtectedSecret { get; set; } = "";
    public string CreatedBy { get; set; } = "";
    public long CreatedAt { get; set; }
    /// <summary>Nothing is sent since then; what happens is noted as not sent.</summary>
    public long? PausedAt { get; set; }
    /// <summary>Why it paused by itself; null: a lead paused it.</summary>
    public WebhookFault? PausedBy { get; set; }
    /// <summary>Gone for everybody; its deliveries go in chunks.</summary>
    public long? RemovedAt { get; set; }
}
