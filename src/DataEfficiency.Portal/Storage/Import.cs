namespace DataEfficiency.Portal.Storage;

/// <summary>An upload on its way into the pool. Its items stay invisible until the last small transaction. Its job's payload is the column
/// mapping.</summary>
public sealed class Import
{
    public int Id { get; set; }
    public int ProjectId { get; set; }
    public int JobId { get; set; }
    public Job Job { get; set; } = default!;
    public string FileName { get; set; } = "";
    /// <summary>Name under data/uploads: a GUID, never the user's file name.</summary>
    public string StoredName { get; set; } = "";
    public long Bytes { get; set; }
    /// <summary>Rows of the file that were read and dealt with: what was cut off goes on behind them.</summary>
    public int Rows { get; set; }
    public int Added { get; set; }
    public int Bad { get; set; }
    public int Duplicates { get; set; }
    public string CreatedBy { get; set; } = "";

    // as its job says: for whoever read both
    public WorkState State => Job.State;
    public bool CancelRequested => Job.CancelRequested;
    public string? Error => Job.Error;
    public long BytesRead => Job.Done;
}
