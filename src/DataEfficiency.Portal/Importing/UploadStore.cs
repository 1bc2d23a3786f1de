using System.Text.Json;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <param name="UserId">Who uploaded it: nobody else can import it.</param>
public sealed record Upload(Guid Id, string FileName, long Bytes, string UserId, long CreatedAt);

/// <summary>Uploaded files on their way into a pool, under names of our own; the user's file name lives in a note beside the file
/// only.</summary>
public sealed class UploadStore(DataFolder folder, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    /// <exception cref="ImportException">Larger than the limit, or the disk is full.</exception>
    public async Task<Upload> SaveAsync(Stream body, string fileName, string userId, CancellationToken cancel)
    {
        var id = Guid.NewGuid();
        try
        {
            long bytes = 0;
            await using (var file = new FileStream(PathOf(id), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16,
                FileOptions.Asynchronous))
            {
                var buffer = new byte[1 << 16];
                int read;
                while ((read = await body.ReadAsync(buffer, cancel)) > 0)
                {
                    if ((bytes += read) > ImportLimits.UploadBytes)
                        throw new ImportException($"The file is larger than {ImportLimits.UploadBytes >> 30} GiB. Split it and import " +
                            $"the parts one after the other.");
                    await file.WriteAsync(buffer.AsMemory(0, read), cancel);
                }
            }
            var upload = new Upload(id, Shown(fileName), bytes, userId, time.GetUtcNow().ToUnixTimeMilliseconds());
            await File.WriteAllTextAsync(NoteOf(id), JsonSerializer.Serialize(upload), cancel);
            return upload;
        }
        catch (Exception e)
        {
            Delete(id);
            if (e is IOException and not BadHttpRequestException) throw new ImportException($"The upload could not be stored: {e.Message}");
            throw;
        }
    }

    public Upload? Find(Guid id) => File.Exists(NoteOf(id)) && File.Exists(PathOf(id))
        ? JsonSerializer.Deserialize<Upload>(File.ReadAllText(NoteOf(id))) : null;

    public Stream Open(Guid id) => new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16,
        FileOptions.SequentialScan);

    public void Delete(Guid id)
    {
        File.Delete(PathOf(id));
        File.Delete(NoteOf(id));
    }

    /// <summary>Removes what was uploaded and never imported.</summary>
    public void Sweep(IReadOnlySet<Guid> inUse)
    {
        var before = (time.GetUtcNow() - Kept).UtcDateTime;
        foreach (var path in Directory.EnumerateFiles(folder.Uploads))
            if (Guid.TryParse(Path.GetFileNameWithoutExtension(path), out var id) && !inUse.Contains(id)
                && File.GetLastWriteTimeUtc(path) < before) File.Delete(path);
    }

    private string PathOf(Guid id) => Path.Combine(folder.Uploads, id.ToString("N"));
    private string NoteOf(Guid id) => Path.Combine(folder.Uploads, id.ToString("N") + ".json");

    // shown in lists and in the audit; never part of a path
    private static string Shown(string fileName)
    {
        var name = new string([.. fileName.Split('/', '\\')[^1].Where(c => !char.IsControl(c))]).Trim();
        return name.Length switch { 0 => "upload", > 120 => name[^120..], _ => name };
    }
}
