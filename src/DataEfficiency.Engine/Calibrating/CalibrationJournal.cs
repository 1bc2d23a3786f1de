// Everything finished, one JSON line each, beside the model while a calibration runs: what stands here is never computed again.
using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine.Calibrating;

/// <summary>One finished piece of work, by its task's key: a task's CoS-Low (no budget), a rate's trial (budget and rate), or a run of the
/// curve (budget only).</summary>
internal sealed record JournalEntry(string Task, double Seconds, double? CosLow = null, double? StandardError = null,
    double? TrialRate = null, CalibrationRun? Run = null, IReadOnlyList<TaskSignal>? Signals = null)
{
    public static JournalEntry Of(ITaskSource task, CosLow cosLow, IReadOnlyList<TaskSignal> signals, double seconds) =>
        new(task.Key, Math.Round(seconds, 2), cosLow.Median!.Value, cosLow.StandardError!.Value, Signals: signals);
}

internal sealed class CalibrationJournal : IDisposable
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
    private readonly Lock _lock = new();
    private readonly List<JournalEntry> _entries = [];
    private readonly StreamWriter _writer;

    /// <param name="identity">Weights and recipe; a journal of another identity is put aside as FILE.old.</param>
    public CalibrationJournal(string path, string identity)
    {
        Path = path;
        var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (lines.Length > 0 && lines[0] != identity) File.Move(path, path + ".old", overwrite: true);
        else
            foreach (var line in lines.Skip(1))
                if (Parse(line) is { } entry) _entries.Add(entry);
        // Written anew: the last line of a killed run may be torn.
        var temporary = path + ".tmp";
        File.WriteAllLines(temporary, [identity, .. _entries.Select(e => JsonSerializer.Serialize(e, Format))]);
        File.Move(temporary, path, overwrite: true);
        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
        Resumed = _entries.Count;
    }

    public string Path { get; }

    /// <summary>Entries that were there at the start.</summary>
    public int Resumed { get; }

    public void Add(JournalEntry entry)
    {
        lock (_lock)
        {
            _entries.Add(entry);
            _writer.WriteLine(JsonSerializer.Serialize(entry, Format));
        }
    }

    public JournalEntry? Signal(string task) => Find(e => e.Task == task && e.CosLow is not null);

    public JournalEntry? Trial(string task, double rate) => Find(e => e.Task == task && e.TrialRate == rate);

    public JournalEntry? Run(string task, int examples) => Find(e => e.Task == task && e.TrialRate is null && e.Run?.Examples == examples);

    private JournalEntry? Find(Func<JournalEntry, bool> which)
    {
        lock (_lock) return _entries.FirstOrDefault(which);
    }

    private static JournalEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(line, Format);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>Removes the file: calibration.json holds all of it now.</summary>
    public void Delete()
    {
        _writer.Dispose();
        File.Delete(Path);
    }
}
