using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Export;

/// <summary>Files that live for one download, in a private folder beside the data; what a killed process left is removed at the next
/// start.</summary>
public sealed class ScratchFiles
{
    private readonly string folder;

    public ScratchFiles(DataFolder data)
    {
        folder = Path.Combine(data.Root, "scratch");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        DataFolder.MakePrivate(folder);
    }

    /// <summary>A new file that is gone when its stream is closed.</summary>
    public FileStream Create() => DataFolder.Create(PathOfNew(), FileMode.CreateNew, FileAccess.ReadWrite, FileOptions.DeleteOnClose);

    public string PathOfNew() => Path.Combine(folder, Guid.NewGuid().ToString("N"));
}
