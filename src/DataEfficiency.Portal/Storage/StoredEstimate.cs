namespace DataEfficiency.Portal.Storage;

/// <summary>One forecast, appended only when an input changed; a failure is a row too.</summary>
public sealed class StoredEstimate
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    public long LabelVersion { get; set; }
    /// <summary>All labels at that version, and those that counted for CoS-Low.</summary>
    public int LabelCount { get; set; }
    public int FirstCount { get; set; }
    public string Model { get; set; } = "";
    public string ModelSha256 { get; set; } = "";
    public long AdapterSeed { get; set; }
    /// <summary>Hash of everything the estimate depends on; equal hash, no new row.</summary>
    public string InputHash { get; set; } = "";
    public double? CosLow { get; set; }
    public double? StandardError { get; set; }
    public double? PReach { get; set; }
    public double? Median { get; set; }
    public double? Low80 { get; set; }
    public double? High80 { get; set; }
    /// <summary>The whole engine Estimate as JSON, without the cosine matrix; null on failure.</summary>
    public string? Payload { get; set; }
    /// <summary>The cosine matrix, float64, row by row.</summary>
    public byte[]? Cosines { get; set; }
    public string? Error { get; set; }
    public int DurationMilliseconds { get; set; }
    public long CreatedAt { get; set; }
}
