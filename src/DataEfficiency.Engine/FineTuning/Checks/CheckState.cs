// How far a check has come, in its folder: check.json, the checkpoint of the training in progress, and what was trained but not tested yet.
using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.FineTuning.Checks;

/// <param name="Loss">Best validation loss.</param>
/// <param name="BestStep">The step it was behind, whose parameters are kept.</param>
internal sealed record TrainedRun(double Rate, double Loss, int Steps, int BestStep);

/// <summary>A fold that was trained, its answers as far as they were given, and the labels' scores behind each prompt.</summary>
internal sealed record TestedFold(TrainedRun Run, List<string> Answers, List<double[]?> Scores);

/// <param name="Request">Identity of the check.</param>
/// <param name="Seconds">Of work so far.</param>
/// <param name="ZeroShot">The untrained model's answers so far.</param>
/// <param name="Trials">Learning rates that were tried on the first fold.</param>
internal sealed record CheckState(string Request, double Seconds, List<string> ZeroShot, List<TrainedRun> Trials, List<TestedFold> Folds,
    CheckResult? Result);

/// <summary>The files of one check.</summary>
internal sealed class CheckFiles(string folder)
{
    private const string Name = "check.json";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Where the run of a name keeps its checkpoint.</summary>
    public string RunFolder(string name) => Path.Combine(folder, $"run-{name}");

    /// <summary>What was trained on a fold.</summary>
    public string Trained(int fold) => Path.Combine(folder, $"trained-{fold}.safetensors");

    /// <summary>Where the check of this identity stands; a new one where there is none. What another one left is removed, but for its kept
    /// model.</summary>
    /// <exception cref="ModelException">The folder cannot be written, or what stands there cannot be read.</exception>
    public CheckState Open(string request)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, Name);
            if (File.Exists(path) && Read(path) is { } state && state.Request == request) return state;
            DropWork();
            File.Delete(path);
            return new CheckState(request, 0, [], [], [], null);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The folder {folder} of a check cannot be written: {refused.Message}", refused);
        }
    }

    public void Save(CheckState state)
    {
        try
        {
            var path = Path.Combine(folder, Name);
            File.WriteAllText(path + ".tmp", JsonSerializer.Serialize(state, Json));
            File.Move(path + ".tmp", path, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The check could not be kept in {folder}: {refused.Message}", refused);
        }
    }

    /// <summary>The checkpoint of a run that has ended.</summary>
    public void DropRun(string name)
    {
        if (Directory.Exists(RunFolder(name))) Directory.Delete(RunFolder(name), recursive: true);
    }

    /// <summary>Checkpoints and trained parameters, which a check that has ended needs no more.</summary>
    public void DropWork()
    {
        foreach (var run in Directory.GetDirectories(folder, "run-*")) Directory.Delete(run, recursive: true);
        foreach (var trained in Directory.GetFiles(folder, "trained-*.safetensors*")) File.Delete(trained);
    }

    // A file that no version of this program wrote is another check's: that one is lost either way.
    private static CheckState? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<CheckState>(File.ReadAllBytes(path), Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
