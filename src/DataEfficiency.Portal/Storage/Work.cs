using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Storage;

public enum WorkState { Queued, Running, Done, Failed, Cancelled }

/// <summary>An upload on its way into the pool. Its items stay invisible until the last small transaction.</summary>
public sealed class Import
{
    public int Id { get; set; }
    public int ProjectId { get; set; }
    public string FileName { get; set; } = "";
    /// <summary>Name under data/uploads: a GUID, never the user's file name.</summary>
    public string StoredName { get; set; } = "";
    public long Bytes { get; set; }
    public long BytesRead { get; set; }
    public WorkState State { get; set; }
    /// <summary>JSON of the column mapping.</summary>
    public string Mapping { get; set; } = "";
    public int Rows { get; set; }
    public int Added { get; set; }
    public int Bad { get; set; }
    public int Duplicates { get; set; }
    public bool CancelRequested { get; set; }
    public string? Error { get; set; }
    public string CreatedBy { get; set; } = "";
    public long CreatedAt { get; set; }
    public long? FinishedAt { get; set; }
}

public sealed class ImportIssue
{
    public long Id { get; set; }
    public int ImportId { get; set; }
    public int Line { get; set; }
    public string? Column { get; set; }
    /// <summary>bad-row, empty-text, duplicate, unknown-answer, too-long, ...</summary>
    public string Code { get; set; } = "";
    public string Reason { get; set; } = "";
    /// <summary>At most 80 characters of the row.</summary>
    public string Excerpt { get; set; } = "";
}

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
