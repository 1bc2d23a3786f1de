namespace DataEfficiency.Portal.Importing;

/// <summary>Section <c>Uploads</c>: how much of the disk people and projects may take.</summary>
public sealed class UploadOptions
{
    public const string Section = "Uploads";

    /// <summary>Bytes of one person's uploaded files that are not imported yet. Default: 4 GiB.</summary>
    public long PerPerson { get; set; } = 4L << 30;

    /// <summary>Bytes of all files that are imported into one project. Default: 16 GiB.</summary>
    public long PerProject { get; set; } = 16L << 30;
}
