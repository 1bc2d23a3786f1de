// calibration.json, beside the model's weights: measured once, read at every start. Some come with the program, named by the SHA-256 of
// the weights.
using System.Text.Json;

namespace DataEfficiency.Engine.Catalog;

public static class CalibrationFile
{
    public const string Name = "calibration.json";
    public const int Version = 1;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static string PathIn(string modelFolder) => Path.Combine(modelFolder, Name);

    /// <summary>The calibration beside a model, or null where there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, incomplete or of another version.</exception>
    public static Calibration? LoadBeside(string modelFolder) => Exists(PathIn(modelFolder)) ? Load(PathIn(modelFolder)) : null;

    /// <summary>Where a folder of calibrations holds that of these weights.</summary>
    public static string PathIn(string folder, string weightsSha256) => Path.Combine(folder, $"{weightsSha256}.json");

    /// <summary>The calibration of these weights: one of their owner's, the one beside the model, or one that comes with the program; null
    /// where none was measured on them. A file that cannot be read does not keep a model from its work: the problem names it and the
    /// cure.</summary>
    /// <param name="own">Folder of calibrations by weights, which go first; null: none.</param>
    public static (Calibration? Calibration, string? Problem) For(string modelFolder, string weightsSha256, string? own = null)
    {
        var shipped = PathIn(Path.Combine(AppContext.BaseDirectory, "Calibrations"), weightsSha256);
        string? problem = null;
        foreach (var path in (string[])[.. own is null ? [] : new[] { PathIn(own, weightsSha256) }, PathIn(modelFolder), shipped])
        {
            try
            {
                if (Exists(path) && Load(path) is { } calibration && calibration.WeightsSha256 == weightsSha256)
                    return (calibration, problem);
            }
            catch (InvalidDataException e)
            {
                problem ??= e.Message;
            }
        }
        return (null, problem);
    }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, incomplete or of another version.</exception>
    public static Calibration Load(string path)
    {
        if (!Exists(path)) throw new FileNotFoundException($"There is no calibration file '{path}'. Make one with the verb calibrate.");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var version = document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("version", out var v)
                && v.TryGetInt32(out var number) ? number : (int?)null;
            if (version != Version)
                throw Damaged(
                    path, version is null ? "it has no version" : $"it has version {version}, this program reads version {Version}");
            var calibration = document.Deserialize<Calibration>(Format) ?? throw Damaged(path, "it is empty");
            // The annotations do not reach into lists.
            if (calibration.Tasks.Any(t => t is null || t.Runs.Any(r => r is null))) throw Damaged(path, "a task or a run in it is null");
            if (calibration.Recipe is { AdapterRank: < 1 or > EngineOptions.LargestRank } or not { AdapterAlpha: > 0 })
                throw Damaged(path, $"its adapter's rank is not between 1 and {EngineOptions.LargestRank}, or its alpha is not above 0");
            if (calibration.Tasks.GroupBy(t => t.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw Damaged(path, $"task '{twice.Key}' stands in it twice");
            return calibration;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw Damaged(path, e.Message, e);
        }
    }

    /// <summary>Writes beside the file first and then moves over it: a killed process leaves the old file or the new one.</summary>
    public static void Save(string path, Calibration calibration)
    {
        var temporary = path + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(calibration with { Version = Version }, Format) + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    // A folder of that name is there, and cannot be read.
    private static bool Exists(string path) => Path.Exists(path);

    private static InvalidDataException Damaged(string path, string why, Exception? inner = null) =>
        new($"The calibration file '{path}' can't be read: {why}. Restore it, or remove it and run calibrate again.", inner);
}
