// The safetensors files of a Hugging Face folder: one, or several with an index.
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models.Files;

/// <summary>All weight files of a folder, opened lazily by tensor name.</summary>
public sealed class WeightFiles : IDisposable
{
    public const string SingleName = "model.safetensors", IndexName = "model.safetensors.index.json";
    private readonly Dictionary<string, SafetensorsFile> _fileOf = [];
    private readonly List<SafetensorsFile> _files = [];
    private readonly string _folder;

    private WeightFiles(string folder) => _folder = folder;

    public static WeightFiles Open(string folder)
    {
        var weights = new WeightFiles(folder);
        try
        {
            foreach (var path in Paths(folder))
            {
                var file = SafetensorsFile.Open(path);
                weights._files.Add(file);
                foreach (var name in file.Entries.Keys)
                    if (!weights._fileOf.TryAdd(name, file))
                        throw new ModelException($"{path}: tensor {name} is also in {weights._fileOf[name].Path}.");
            }
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>The weight files in ordinal name order.</summary>
    public static IReadOnlyList<string> Paths(string folder)
    {
        var single = Path.Combine(folder, SingleName);
        if (File.Exists(single)) return [single];
        var index = Path.Combine(folder, IndexName);
        if (!File.Exists(index)) throw new ModelException(ModelFault.Missing,
            $"{folder} has neither {SingleName} nor {IndexName}: the weights are missing.");
        try
        {
            var map = JsonNode.Parse(SmallFile.Text(index))!["weight_map"]!.AsObject();
            if (map.Count == 0) throw new JsonException("it is empty");
            return [.. map.Select(e => (string?)e.Value ?? throw new JsonException($"{e.Key} has no file")).Distinct()
                .Order(StringComparer.Ordinal).Select(file => Path.GetFileName(file) == file
                ? Path.Combine(folder, file) : throw new ModelException($"{index}: \"{file}\" is no plain file name."))];
        }
        catch (Exception malformed)
            when (malformed is JsonException or InvalidOperationException or NullReferenceException or ArgumentException)
        {
            throw new ModelException($"{index} has no readable weight_map: {malformed.Message}", malformed);
        }
    }

    /// <summary>SHA-256, lower-case hex, over the bytes of all weight files in name order: a model's identity.</summary>
    public static string Sha256(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        foreach (var path in Paths(folder))
        {
            using var stream = File.OpenRead(path);
            for (int read; (read = stream.Read(buffer)) > 0;) hash.AppendData(buffer, 0, read);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public string Folder => _folder;

    public IEnumerable<string> Names => _fileOf.Keys;

    public bool Has(string name) => _fileOf.ContainsKey(name);

    /// <summary>Checks a tensor's shape; nothing but the file's header is read.</summary>
    public void Require(string name, params long[] shape)
    {
        if (!_fileOf.TryGetValue(name, out var file))
            throw new ModelException($"{_folder}: tensor {name} [{string.Join(", ", shape)}] is in none of the weight files.");
        file.Require(name, shape);
    }

    /// <summary>Reads every value once.</summary>
    /// <exception cref="ModelException">A tensor holds NaN or infinity; the message names it.</exception>
    public void RequireFinite() => _files.ForEach(f => f.RequireFinite());

    /// <summary>Bytes of all tensors by their type as the files spell it, e.g. BF16.</summary>
    public IReadOnlyDictionary<string, long> BytesByType =>
        _files.SelectMany(f => f.Entries.Values).GroupBy(e => e.Dtype).ToDictionary(g => g.Key, g => g.Sum(e => e.End - e.Begin));

    /// <summary>Copies the tensor into a contiguous destination of the expected shape.</summary>
    public void CopyTo(string name, Tensor destination)
    {
        if (!_fileOf.TryGetValue(name, out var file))
            throw new ModelException($"{_folder}: tensor {name} [{string.Join(", ", destination.shape)}] is in none of the weight files.");
        file.CopyTo(name, destination);
    }

    public void Dispose() => _files.ForEach(f => f.Dispose());
}
