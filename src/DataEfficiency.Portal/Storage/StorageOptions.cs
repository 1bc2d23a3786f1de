namespace DataEfficiency.Portal.Storage;

/// <summary>Section <c>Data</c>: where the portal keeps what it writes.</summary>
public sealed class StorageOptions
{
    public const string Section = "Data";

    /// <summary>Folder of the database, uploads and keys; a relative path starts at the content root. Default: data.</summary>
    public string Folder { get; set; } = "data";

    /// <summary>How long a statement waits for another process's lock (a backup tool, a shell). Default: 10 seconds.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
