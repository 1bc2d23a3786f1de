using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Export;

/// <summary>The files that exports made, under names of our own. One that is being written has another ending, so that whatever has its
/// name is whole.</summary>
public sealed class ExportFiles(DataFolder data)
{
    private const string Unfinished = ".part";

    /// <summary>Where a file begins, anew where an earlier try left something.</summary>
    public FileStream Begin(Guid file) =>
        DataFolder.Create(PathOf(file) + Unfinished, FileMode.Create, FileAccess.Write, FileOptions.Asynchronous);

    public void Finish(Guid file) => File.Move(PathOf(file) + Unfinished, PathOf(file), overwrite: true);

    /// <summary>Null: it is not there any more.</summary>
    public string? Find(Guid file) => File.Exists(PathOf(file)) ? PathOf(file) : null;

    public void Remove(Guid file)
    {
        File.Delete(PathOf(file));
        File.Delete(PathOf(file) + Unfinished);
    }

    /// <summary>All that are there, whole or not.</summary>
    public IReadOnlyCollection<Guid> All() =>
        [.. Directory.EnumerateFiles(data.Exports).Select(Path.GetFileNameWithoutExtension)
            .Select(name => Guid.TryParse(name, out var file) ? file : (Guid?)null).OfType<Guid>().Distinct()];

    private string PathOf(Guid file) => Path.Combine(data.Exports, file.ToString("N"));
}
