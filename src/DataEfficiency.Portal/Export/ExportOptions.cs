namespace DataEfficiency.Portal.Export;

/// <summary>Section <c>Exports</c>.</summary>
public sealed class ExportOptions
{
    public const string Section = "Exports";

    /// <summary>How long a finished export can be downloaded. Default: 7 days.</summary>
    public TimeSpan Kept { get; set; } = TimeSpan.FromDays(7);
}
