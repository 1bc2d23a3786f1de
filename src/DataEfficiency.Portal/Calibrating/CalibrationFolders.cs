using System.Text.Json;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Calibrating;

/// <summary>Where calibrations lie: the finished ones by their weights, and beside them what those under way have done.</summary>
public sealed class CalibrationFolders(DataFolder data)
{
    /// <summary>Where the engine looks for a model's own calibration.</summary>
    public string FileOf(string weightsSha256) => CalibrationFile.PathIn(data.Calibrations, weightsSha256);

    /// <summary>Finished pieces. Kept when a calibration is cancelled: the next of its kind goes on behind them.</summary>
    public string WorkOf(string weightsSha256, CalibrationMode mode) => Path.Combine(data.Calibrations, weightsSha256, $"{mode}");

    /// <summary>The labels that a calibration began with; null: it has not begun.</summary>
    public IReadOnlyList<LabelledSnapshot>? Begun(string work, int job)
    {
        if (!File.Exists(Labels(work, job))) return null;
        using var stream = File.OpenRead(Labels(work, job));
        return JsonSerializer.Deserialize<LabelledSnapshot[]>(stream);
    }

    public void Begin(string work, int job, IReadOnlyList<LabelledSnapshot> labelled)
    {
        Directory.CreateDirectory(work);
        File.WriteAllBytes(Labels(work, job) + ".new", JsonSerializer.SerializeToUtf8Bytes(labelled));
        File.Move(Labels(work, job) + ".new", Labels(work, job), overwrite: true);
    }

    public void Forget(string work, int job) => File.Delete(Labels(work, job));

    /// <summary>All of it is in the calibration's file now.</summary>
    public void Remove(string work)
    {
        if (Directory.Exists(work)) Directory.Delete(work, recursive: true);
    }

    private static string Labels(string work, int job) => Path.Combine(work, $"labels-{job:D}.json");
}
