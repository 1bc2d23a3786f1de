namespace DataEfficiency.Portal.Storage;

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
    /// <summary>As <see cref="Sentences.StoredSaid"/> keeps it.</summary>
    public string? Error { get; set; }
    public string CreatedBy { get; set; } = "";
    public long CreatedAt { get; set; }
    public long? FinishedAt { get; set; }
}
