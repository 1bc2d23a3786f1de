using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Estimating;

public enum CalibrationState { None, SignalsOnly, TooFewTasks, Calibrated, OtherWeights, Damaged }

/// <param name="Name">Folder name: what a project stores.</param>
/// <param name="Bytes">Size of the weight files.</param>
/// <param name="Calibration">The file beside the model, read whether it fits or not; null where there is none.</param>
/// <param name="Problem">Why the folder cannot be used, or null.</param>
public sealed record InstalledModel(string Name, string Folder, bool IsBundled, string Architecture, long Parameters, int ContextLength, long Bytes, CalibrationState State, Calibration? Calibration, string? Problem);

/// <summary>The model folders under Models:Root, and the bundled model beside the program.</summary>
public sealed class ModelCatalog(IOptions<ModelsOptions> options, IHostEnvironment environment, DataFolder data)
{
    public const string Bundled = "BundledModel";

    // hashing weights takes seconds for a large model: once per file version
    private readonly ConcurrentDictionary<(string Path, long Length, DateTime Written), InstalledModel> _read = [];

    public string Root => options.Value.Root is { Length: > 0 } root ? Path.GetFullPath(root, environment.ContentRootPath) : data.Models;

    private static string BundledFolder => Path.Combine(AppContext.BaseDirectory, Bundled);

    /// <summary>Names only, cheap enough for any page.</summary>
    public IReadOnlyList<string> Names() => [.. Folders().Select(f => Path.GetFileName(f))];

    /// <exception cref="EngineException">No such model; the message lists those that are there.</exception>
    public string FolderOf(string model)
    {
        var names = Names();
        return Folders().FirstOrDefault(f => Path.GetFileName(f) == model)
            ?? throw new EngineException($"Model \"{model}\" is not installed. Installed: {(names.Count > 0 ? string.Join(", ", names) : "none")}. Put its Hugging Face folder into {Root}, or choose another model in the project's settings.");
    }

    /// <summary>Reads what is on the disk; the first time after a change this hashes the weights.</summary>
    public IReadOnlyList<InstalledModel> Models() => [.. Folders().Select(Read)];

    /// <summary>One model as <see cref="Models"/> reads it; null where it is not installed.</summary>
    public InstalledModel? Find(string model) => Folders().Where(f => Path.GetFileName(f) == model).Select(Read).FirstOrDefault();

    private IEnumerable<string> Folders()
    {
        if (File.Exists(Path.Combine(BundledFolder, "config.json"))) yield return BundledFolder;
        if (!Directory.Exists(Root)) yield break;
        foreach (var folder in Directory.EnumerateDirectories(Root).Order(StringComparer.Ordinal))
            if (Path.GetFileName(folder) != Bundled && File.Exists(Path.Combine(folder, "config.json"))) yield return folder;
    }

    private InstalledModel Read(string folder)
    {
        var files = Directory.GetFiles(folder).Select(f => new FileInfo(f)).ToArray();
        var key = (folder, files.Sum(f => f.Length), files.Max(f => f.LastWriteTimeUtc));
        return _read.GetOrAdd(key, _ => Inspect(folder, Path.GetFileName(folder)));
    }

    private static InstalledModel Inspect(string folder, string name)
    {
        var bundled = folder == BundledFolder;
        try
        {
            var config = ModelConfig.Load(folder);
            var (parameters, bytes) = (0L, 0L);
            foreach (var path in WeightFiles.Paths(folder))
            {
                parameters += CountParameters(path);
                bytes += new FileInfo(path).Length;
            }
            var (state, calibration) = CalibrationOf(folder);
            return new(name, folder, bundled, config.ModelType, parameters, config.ContextLength, bytes, state, calibration, null);
        }
        catch (EngineException e)
        {
            return new(name, folder, bundled, "", 0, 0, 0, CalibrationState.None, null, e.Message);
        }
    }

    /// <summary>From the file's header alone: a list of models must not start the native libraries.</summary>
    private static long CountParameters(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var length = new byte[8];
            stream.ReadExactly(length);
            var header = new byte[checked((int)BinaryPrimitives.ReadUInt64LittleEndian(length))];
            stream.ReadExactly(header);
            return JsonNode.Parse(header)!.AsObject().Where(entry => entry.Key != "__metadata__")
                .Sum(entry => entry.Value!["shape"]!.AsArray().Aggregate(1L, (product, size) => product * (long)size!));
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException or NullReferenceException or OverflowException or OutOfMemoryException)
        {
            throw new EngineException($"{path} is no readable safetensors file: {e.Message} Copy it again.", e);
        }
    }

    private static (CalibrationState, Calibration?) CalibrationOf(string folder)
    {
        try
        {
            if (CalibrationFile.LoadBeside(folder) is not { } calibration) return (CalibrationState.None, null);
            if (calibration.WeightsSha256 != WeightFiles.Sha256(folder)) return (CalibrationState.OtherWeights, calibration);
            if (AreaPrediction.IsCalibrated(calibration)) return (CalibrationState.Calibrated, calibration);
            return (calibration.Tasks.All(t => t.Auc is null) ? CalibrationState.SignalsOnly : CalibrationState.TooFewTasks, calibration);
        }
        catch (EngineException)
        {
            return (CalibrationState.Damaged, null);
        }
    }
}
