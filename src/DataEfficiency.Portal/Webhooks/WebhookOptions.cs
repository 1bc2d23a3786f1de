namespace DataEfficiency.Portal.Webhooks;

/// <summary>Section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>Receivers in the own network: private and loopback addresses, and plain http. Default: false.</summary>
    public bool AllowPrivate { get; set; }

    /// <summary>How long a receiver may take to answer. Default: 10 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
