using System.Collections.Concurrent;
using System.Text.Json;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Importing;

/// <param name="UserId">Who uploaded it: nobody else can import it.</param>
public sealed record Upload(Guid Id, string FileName, long Bytes, string UserId, long CreatedAt);

/// <summary>Uploaded files on their way into a pool, under names of our own; the user's file name lives in a note beside the file
/// only.</summary>
public sealed class UploadStore
{
    private readonly DataFolder _folder;
    private readonly UploadOptions _options;
    private readonly TimeProvider _time;
    // bytes by person, of what is stored and of what is on its way
    private readonly Lazy<ConcurrentDictionary<string, long>> _used;

    public UploadStore(DataFolder folder, IOptions<UploadOptions> options, TimeProvider time)
    {
        (_folder, _options, _time) = (folder, options.Value, time);
        _used = new(() => new(Stored().GroupBy(u => u.UserId).ToDictionary(g => g.Key, g => g.Sum(u => Room(u.Bytes)))));
    }

    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    /// <summary>Of a person's that wait: a file takes a thousandth of the room at least, however small it is.</summary>
    private const int MostFiles = 1000;

    /// <exception cref="ImportException">Larger than the limit, over what this person may store, or the disk is full.</exception>
    public async Task<Upload> SaveAsync(Stream body, string fileName, string userId, CancellationToken cancel)
    {
        var id = Guid.NewGuid();
        long bytes = 0;
        Use(userId, Room(0));
        try
        {
            await using (var file = DataFolder.Create(PathOf(id), FileMode.CreateNew, FileAccess.Write, FileOptions.Asynchronous))
            {
                var buffer = new byte[1 << 16];
                int read;
                while ((read = await body.ReadAsync(buffer, cancel)) > 0)
                {
                    var used = Use(userId, Room(bytes + read) - Room(bytes));
                    bytes += read;
                    if (bytes > ImportLimits.UploadBytes)
                        throw new ImportException(ImportingWords.FileLargerThanGiBSplit(ImportLimits.UploadBytes >> 30));
                    if (used > _options.PerPerson)
                        throw new ImportException(ImportingWords.TooManyWaitingUploads(_options.PerPerson >> 20));
                    await file.WriteAsync(buffer.AsMemory(0, read), cancel);
                }
            }
            var upload = new Upload(id, Shown(fileName), bytes, userId, _time.GetUtcNow().ToUnixTimeMilliseconds());
            Note(upload);
            return upload;
        }
        catch (Exception e)
        {
            Use(userId, -Room(bytes));
            Remove(id);
            if (e is IOException and not BadHttpRequestException) throw new ImportException(ImportingWords.UploadCouldNotStored(e.Message));
            throw;
        }
    }

    public Upload? Find(Guid id) => File.Exists(NoteOf(id)) && File.Exists(PathOf(id))
        ? JsonSerializer.Deserialize<Upload>(File.ReadAllText(NoteOf(id))) : null;

    public Stream Open(Guid id) => new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16,
        FileOptions.SequentialScan);

    public void Delete(Guid id)
    {
        if (Find(id) is { } upload) Use(upload.UserId, -Room(upload.Bytes));
        Remove(id);
    }

    /// <summary>Removes what was uploaded and never imported.</summary>
    public void Sweep(IReadOnlySet<Guid> inUse)
    {
        var before = (_time.GetUtcNow() - Kept).UtcDateTime;
        foreach (var path in Directory.EnumerateFiles(_folder.Uploads))
            if (Guid.TryParse(Path.GetFileNameWithoutExtension(path), out var id) && !inUse.Contains(id)
                && File.GetLastWriteTimeUtc(path) < before) Delete(id);
    }

    private IEnumerable<Upload> Stored() => Directory.EnumerateFiles(_folder.Uploads, "*.json")
        .Select(path => Guid.TryParse(Path.GetFileNameWithoutExtension(path), out var id) ? Find(id) : null).OfType<Upload>();

    private long Room(long bytes) => Math.Max(bytes, _options.PerPerson / MostFiles);

    private long Use(string userId, long bytes) => _used.Value.AddOrUpdate(userId, bytes, (_, used) => used + bytes);

    private void Remove(Guid id)
    {
        File.Delete(PathOf(id));
        File.Delete(NoteOf(id));
    }

    // whole or not at all: a process may end in between
    private void Note(Upload upload)
    {
        var path = NoteOf(upload.Id);
        using (var file = DataFolder.Create(path + ".new", FileMode.Create, FileAccess.Write)) JsonSerializer.Serialize(file, upload);
        File.Move(path + ".new", path, overwrite: true);
    }

    private string PathOf(Guid id) => Path.Combine(_folder.Uploads, id.ToString("N"));
    private string NoteOf(Guid id) => Path.Combine(_folder.Uploads, id.ToString("N") + ".json");

    // shown in lists and in the audit; never part of a path
    private static string Shown(string fileName)
    {
        var name = new string([.. fileName.Split('/', '\\')[^1].Where(c => !char.IsControl(c))]).Trim();
        return name.Length switch { 0 => "upload", > 120 => name[^120..], _ => name };
    }
}
