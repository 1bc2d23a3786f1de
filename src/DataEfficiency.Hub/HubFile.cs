// The files of a repository as the hub lists them, and which of them a model needs.
using System.Text.Json;
using DataEfficiency.Engine.Models.Files;

namespace DataEfficiency.Hub;

/// <param name="Sha256">Of a large file; null where the hub keeps the file in git itself.</param>
/// <param name="BlobSha1">Git's SHA-1 of a small file: over "blob SIZE\0" and its bytes.</param>
internal sealed record HubFile(string Path, long Size, string? Sha256, string? BlobSha1)
{
    private static readonly string[] Needed = ["config.json", "tokenizer.json"];
    private static readonly string[] Wanted = [.. Needed, "generation_config.json", "tokenizer_config.json", "chat_template.jinja"];

    /// <summary>Reads one page of GET /api/models/ID/tree/REVISION.</summary>
    /// <exception cref="HubException">It is not what a hub answers, or a name would leave the folder.</exception>
    public static IEnumerable<HubFile> Read(JsonElement page, string from)
    {
        var files = new List<HubFile>();
        try
        {
            foreach (var entry in page.EnumerateArray())
            {
                var path = entry.GetProperty("path").GetString()!;
                if (path.Length == 0 || path.StartsWith('/') || path.Contains('\\') || path.Contains(':') || path.Any(char.IsControl)
                    || path.Split('/').Any(p => p is "" or "." or ".."))
                    throw new HubException(
                        $"{from} lists a file named \"{path}\", which could leave the model's folder. Nothing was downloaded.");
                if (entry.GetProperty("type").GetString() != "file") continue;
                var size = entry.GetProperty("size").GetInt64();
                if (size < 0) throw new HubException($"{from} lists {path} with a size of {size}.");
                var large = entry.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
                files.Add(
                    large ? new(path, lfs.TryGetProperty("size", out var real) ? real.GetInt64() : size,
                    lfs.GetProperty("oid").GetString()!.Replace("sha256:", ""), null)
                    : new(path, size, null, entry.GetProperty("oid").GetString()!));
            }
            return files;
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or NullReferenceException or FormatException)
        {
            throw new HubException($"{from} does not list files as a Hugging Face hub does: {e.Message}", e);
        }
    }

    /// <summary>Configuration and tokenizer, in the order in which they are fetched; with the weights'
    /// index where there is no single file.</summary>
    /// <exception cref="HubException">A needed file, or any safetensors weights, are not in the repository.</exception>
    public static IReadOnlyList<HubFile> Small(IReadOnlyList<HubFile> all, HubModel model)
    {
        if (Needed.FirstOrDefault(n => all.All(f => f.Path != n)) is { } missing)
            throw new HubException($"{model} has no {missing}: it is no model that can be used here.");
        if (all.Any(f => f.Path == WeightFiles.SingleName)) return Named(Wanted);
        if (all.Any(f => f.Path == WeightFiles.IndexName)) return Named([.. Wanted, WeightFiles.IndexName]);
        throw new HubException(
            $"{model} has no safetensors weights ({WeightFiles.SingleName} or {WeightFiles.IndexName}); "
            + "weights of other kinds are not downloaded.");

        IReadOnlyList<HubFile> Named(string[] names) => [.. names.SelectMany(name => all.Where(f => f.Path == name))];
    }

    /// <summary>The weight files, once the small files lie in the folder.</summary>
    public static IReadOnlyList<HubFile> Weights(IReadOnlyList<HubFile> all, HubModel model, string folder)
    {
        if (all.FirstOrDefault(f => f.Path == WeightFiles.SingleName) is { } single) return [single];
        return [.. WeightFiles.Paths(folder).Select(p => System.IO.Path.GetFileName(p))
            .Select(name => all.FirstOrDefault(f => f.Path == name && name.EndsWith(".safetensors", StringComparison.Ordinal))
            ?? throw new HubException($"{model}: its index names {name}, which is no safetensors file of the repository."))];
    }
}
