using System.Collections.Concurrent;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Prompts;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The model folders under Models:Root, and the bundled model beside the program.</summary>
public sealed class ModelCatalog(IOptions<ModelsOptions> options, IHostEnvironment environment, DataFolder data)
{
    public const string Bundled = ModelFolder.Bundled;

    private const string OfChecks = "check/";

    // checking and hashing weights takes seconds for a large model: once per file version
    private readonly ConcurrentDictionary<(string Path, long Length, DateTime Written), ModelFolder> _read = [];

    public string Root => options.Value.Root is { Length: > 0 } root ? Path.GetFullPath(root, environment.ContentRootPath) : data.Models;

    /// <summary>Names only, cheap enough for any page.</summary>
    public IReadOnlyList<string> Names() => [.. Usable().Select(f => Path.GetFileName(f))];

    /// <summary>By this name the model that a check has kept is opened; it is in no list.</summary>
    public static string OfCheck(int check, string kept) => $"{OfChecks}{check}/{kept}";

    /// <exception cref="SaidException">No such model; the message lists those that are there.</exception>
    public string FolderOf(string model)
    {
        if (model.StartsWith(OfChecks, StringComparison.Ordinal))
        {
            var kept = Path.Combine(data.Checks, model[OfChecks.Length..]);
            return Directory.Exists(kept) ? kept : throw new SaidException(EstimatingWords.KeptModelGone(kept));
        }
        var names = Names();
        return Usable().FirstOrDefault(f => Path.GetFileName(f) == model)
            ?? throw new SaidException(EstimatingWords.NotInstalled(model: model,
                installed: names.Count > 0 ? string.Join(", ", names) : null, root: Root));
    }

    /// <summary>Reads what is on the disk; the first time after a change this checks and hashes the weights.</summary>
    public IReadOnlyList<ModelFolder> Models() => [.. ModelFolder.Find(Root).Select(Read)];

    /// <summary>One model as <see cref="Models"/> reads it; null where it is not installed.</summary>
    public ModelFolder? Find(string model) => ModelFolder.Find(Root).Where(f => Path.GetFileName(f) == model).Select(Read).FirstOrDefault();

    private IEnumerable<string> Usable() => ModelFolder.Find(Root).Where(f => File.Exists(Path.Combine(f, "config.json")));

    private ModelFolder Read(string folder)
    {
        // a calibration that was made here is read with the model
        var own = Directory.Exists(data.Calibrations) ? Directory.GetFiles(data.Calibrations, "*.json") : [];
        FileInfo[] files = [.. Directory.GetFiles(folder).Concat(own).Select(f => new FileInfo(f))];
        var key = (folder, files.Sum(f => f.Length), files.Select(f => f.LastWriteTimeUtc).DefaultIfEmpty().Max());
        return _read.GetOrAdd(key, _ => ModelFolder.Inspect(folder, data.Calibrations));
    }
}
