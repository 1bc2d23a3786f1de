using System.IO.Compression;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;

namespace DataEfficiency.Portal.Export;

/// <summary>The whole installation as one zip while it runs: a consistent copy of the database, uploads under way, keys.</summary>
public sealed class Backup(DataFolder folder, ScratchFiles scratch)
{
    public const string Restore = """
        To restore: stop the portal, move its data folder away, unpack this archive as the new data folder
        (app.db, keys/ and uploads/ directly inside it), and start the portal. On Linux keep the folder private:
        chmod -R go= data. The keys make sign-ins and links of the backup valid again; keep the archive as safe as a password.

        """;

    public async Task WriteAsync(Stream output, CancellationToken cancel)
    {
        var copy = scratch.PathOfNew();
        try
        {
            await DatabaseCopy.WriteAsync(folder.ConnectionString, copy, cancel);
            using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
            await using (var text = zip.CreateEntry("RESTORE.txt").Open())
                await text.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Restore), cancel);
            await AddAsync(zip, copy, "app.db", cancel);
            foreach (var kind in new[] { folder.Keys, folder.Uploads })
                foreach (var file in Directory.EnumerateFiles(kind))
                    await AddAsync(zip, file, $"{Path.GetFileName(kind)}/{Path.GetFileName(file)}", cancel);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    private static async Task AddAsync(ZipArchive zip, string path, string name, CancellationToken cancel)
    {
        FileStream file;
        try { file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete); }
        // an upload whose import has just ended
        catch (FileNotFoundException) { return; }
        await using (file)
        await using (var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open()) await file.CopyToAsync(entry, cancel);
    }
}
