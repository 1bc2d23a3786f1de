namespace DataEfficiency.Portal.Storage;

/// <summary>Why a delivery did not arrive; paused: it was never tried. Stored as numbers: a new one comes last.</summary>
public enum WebhookFault { Status, Redirect, Address, UnknownHost, Unreachable, Timeout, Tls, Secret, Paused }

/// <summary>One event for one webhook: the outbox while it is due, the log afterwards.</summary>
public sealed class WebhookDelivery
{
    public long Id { get; set; }
    public int WebhookId { get; set; }
    /// <summary>The same for every webhook and every replay, so that a receiver knows what it had.</summary>
    public Guid EventId { get; set; }
    public WebhookEvents Event { get; set; }
    /// <summary>What is sent, byte for byte.</summary>
    public string Body { get; set; } = "";
    public long CreatedAt { get; set; }
    /// <summary>When it is tried next; null: it arrived, or it was paused.</summary>
    public long? DueAt { get; set; }
    public int Tries { get; set; }
    /// <summary>Of the last try.</summary>
    public long? TriedAt { get; set; }
    public int? Status { get; set; }
    public WebhookFault? Fault { get; set; }
}
