using System.IO.Compression;
using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Checks;

/// <summary>The folders of checks: checkpoints while one runs, the kept model afterwards.</summary>
public sealed class CheckFolders(DataFolder data)
{
    // what the check was begun with: labels that came since would make another one of it
    private const string Asked = "request.json";

    public string Of(int check) => Path.Combine(data.Checks, check.ToString("D"));

    /// <summary>What an earlier process began with; null: nobody has begun.</summary>
    public CheckRequest? Begun(int check)
    {
        var file = Path.Combine(Of(check), Asked);
        if (!File.Exists(file)) return null;
        using var stream = File.OpenRead(file);
        // the data folder may have moved
        return JsonSerializer.Deserialize<CheckRequest>(stream) is { } request ? request with { Folder = Of(check) } : null;
    }

    public void Begin(int check, CheckRequest request)
    {
        Directory.CreateDirectory(Of(check));
        var file = Path.Combine(Of(check), Asked);
        File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(request));
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>Leaves the kept model alone: checkpoints and the labels that the check began with have served.</summary>
    public void Tidy(int check, string? kept)
    {
        if (!Directory.Exists(Of(check))) return;
        foreach (var entry in new DirectoryInfo(Of(check)).EnumerateFileSystemInfos().Where(e => e.Name != kept))
            if (entry is DirectoryInfo folder) folder.Delete(recursive: true);
            else entry.Delete();
    }

    /// <summary>Whole folder of a check that was cancelled, or went with its project.</summary>
    public void Remove(int check)
    {
        if (Directory.Exists(Of(check))) Directory.Delete(Of(check), recursive: true);
    }

    /// <summary>Null: the model is not there any more.</summary>
    public string? Kept(Check check) =>
        check.KeptFolder is { } name && Path.Combine(Of(check.Id), name) is { } folder && Directory.Exists(folder) ? folder : null;

    /// <summary>Streams a folder as a zip, file by file; weights do not get smaller.</summary>
    public static async Task WriteZipAsync(string folder, Stream output, CancellationToken cancellation)
    {
        await using var zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, null, cancellation);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(folder, file).Replace('\\', '/');
            var level = name.EndsWith(".safetensors", StringComparison.Ordinal) ? CompressionLevel.NoCompression : CompressionLevel.Fastest;
            await using var entry = await zip.CreateEntry(name, level).OpenAsync(cancellation);
            await using var source = File.OpenRead(file);
            await source.CopyToAsync(entry, cancellation);
        }
    }
}
