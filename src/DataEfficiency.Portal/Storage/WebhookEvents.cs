namespace DataEfficiency.Portal.Storage;

/// <summary>What a webhook may be told of; stored as the sum of those chosen.</summary>
[Flags]
public enum WebhookEvents
{
    None = 0,
    LabelCreated = 1,
    LabelRevised = 2,
    ItemCompleted = 4,
    ReviewDone = 8,
    SchemaChanged = 16,
    ForecastUpdated = 32,
    ForecastStop = 64,
    ImportDone = 128,
    ExportDone = 256,
}
