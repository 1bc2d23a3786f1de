// A run's checkpoint in a folder: run.json with where it stands, and the tensors in a safetensors file that it names with its hash.
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

/// <summary>Saves a run now and then and takes it up again. One checkpoint stands there at a time; while it is replaced, two.</summary>
/// <param name="room">Bytes that checkpoints may take in the data folder.</param>
internal sealed class RunFiles(string folder, long room, TimeProvider? clock = null)
{
    /// <summary>Bytes of a checkpoint beside its tensors' values, at most.</summary>
    public const long Overhead = 16 << 10;

    private const string Name = "run.json", Unfinished = ".tmp";
    private const int Format = 1;
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly long _opened = (clock ?? TimeProvider.System).GetTimestamp();
    private long? _saved;

    private sealed record Content(int Format, RunIdentity Run, RunState State, string Tensors, string Sha256);

    /// <summary>To be asked before a run: a full checkpoint of SmolLM2-135M takes up to 2.2 GB (1.6 GB while its best is not
    /// apart).</summary>
    /// <exception cref="ModelException">A checkpoint of the run does not fit; the message names its size and the room.</exception>
    public void Require(TrainingRun run) => Require(run.CheckpointBytes);

    /// <param name="bytes">Of one checkpoint.</param>
    public void Require(long bytes)
    {
        Directory.CreateDirectory(folder);
        var disk = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace + TensorFiles.Sum(f => new FileInfo(f).Length);
        var least = Math.Min(room, disk);
        if (2 * bytes <= least) return;
        throw new ModelException(ModelFault.Disk, $"A checkpoint of this run takes up to {Size(bytes)}, twice that while one replaces "
            + $"another, and {folder} has room for {Size(least)}. Make room there, train an adapter, or run without checkpoints.");
    }

    /// <summary>Saves a run that stands between two steps, at most once a minute.</summary>
    /// <returns>True where it was saved.</returns>
    public bool SaveWhenDue(TrainingRun run)
    {
        if (!run.IsBetweenSteps || _clock.GetElapsedTime(_saved ?? _opened) < Often) return false;
        Save(run);
        return true;
    }

    /// <exception cref="InvalidOperationException">The run is in the middle of a step.</exception>
    /// <exception cref="ModelException">The checkpoint does not fit, or the file system refuses it; the one before stays.</exception>
    public void Save(TrainingRun run)
    {
        if (!run.IsBetweenSteps) throw new InvalidOperationException("A run is saved between two steps, and not when it has ended.");
        try
        {
            DropUnfinished();
            Require(run);
            Write(run);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The training checkpoint could not be written to {folder}: {refused.Message}", refused);
        }
        finally
        {
            DropUnfinished();
        }
        _saved = _clock.GetTimestamp();
    }

    private void Write(TrainingRun run)
    {
        var state = run.State;
        var tensors = $"run-{state.Step}.safetensors";
        var (path, description) = (Path.Combine(folder, tensors), Path.Combine(folder, Name));
        SafetensorsFile.Write(path + Unfinished, run.Tensors, float32);
        var content = new Content(Format, run.Identity(), state, tensors, Hash(path + Unfinished));
        File.WriteAllText(description + Unfinished, JsonSerializer.Serialize(content, Json));
        // both on the disk before either has its name: a power cut leaves the checkpoint before or this one
        Flush(path + Unfinished);
        Flush(description + Unfinished);
        File.Move(path + Unfinished, path, overwrite: true);
        File.Move(description + Unfinished, description, overwrite: true);
        foreach (var old in TensorFiles.Where(f => f != path).ToList()) File.Delete(old);
    }

    /// <summary>Brings a run that was just made to where the checkpoint stands; on one thread it goes on with the bits of a run that never
    /// stopped.</summary>
    /// <returns>False where there is no checkpoint.</returns>
    /// <exception cref="ModelException">The checkpoint is damaged, or of another recipe, model or data; the message says which.</exception>
    public bool Resume(TrainingRun run)
    {
        var path = Path.Combine(folder, Name);
        DropUnfinished();
        if (!File.Exists(path)) return false;
        var content = Read(path);
        var own = run.Identity();
        if (content.Run.Recipe != own.Recipe) throw Foreign(path, "recipe", $"{content.Run.Recipe}; this run's is {own.Recipe}");
        if (content.Run.Model != own.Model)
            throw Foreign(path, "model", $"weights with SHA-256 {content.Run.Model}; this run starts from {own.Model}");
        if (content.Run.Data != own.Data) throw Foreign(path, "data", "other training or validation examples than this run has");
        var file = Path.Combine(folder, Path.GetFileName(content.Tensors));
        if (!File.Exists(file)) throw Damaged(path, $"{content.Tensors}, which it names, is missing");
        if (Hash(file) != content.Sha256) throw Damaged(path, $"{content.Tensors} is not the file that was written");
        using var tensors = SafetensorsFile.Open(file);
        run.Resume(content.State, tensors.CopyTo);
        return true;
    }

    private IEnumerable<string> TensorFiles => Directory.EnumerateFiles(folder, "run-*.safetensors");

    // What a process that was killed, or a full disk, left half written.
    private void DropUnfinished()
    {
        if (!Directory.Exists(folder)) return;
        foreach (var left in Directory.GetFiles(folder, "run*" + Unfinished)) File.Delete(left);
    }

    private static Content Read(string path)
    {
        try
        {
            var content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), Json) ?? throw Damaged(path, "it is empty");
            return content.Format == Format ? content : throw Damaged(path, $"it has format {content.Format}, this program reads {Format}");
        }
        catch (JsonException malformed)
        {
            throw Damaged(path, malformed.Message, malformed);
        }
    }

    private static void Flush(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write);
        stream.Flush(flushToDisk: true);
    }

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static ModelException Damaged(string path, string why, Exception? inner = null) =>
        new($"The training checkpoint {path} is damaged: {why}. Delete the folder to begin the run anew.", inner);

    private static ModelException Foreign(string path, string what, string found) =>
        new($"The training checkpoint {path} is of another {what}: {found}. Delete the folder to begin this run anew.");

    private static string Size(long bytes) => bytes >= 1e8 ? $"{bytes / 1e9:0.0} GB" : $"{bytes / 1e6:0.0} MB";
}
