// What a Hugging Face folder holds and whether it can be used, without loading the model: no native library is started.

using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Catalog;

public enum CalibrationState { None, SignalsOnly, TooFewTasks, Calibrated, OtherWeights, Damaged }

/// <param name="Name">Folder name: what a project stores.</param>
/// <param name="Parameters">Number of trained values.</param>
/// <param name="Bytes">Size of the weight files.</param>
/// <param name="Precision">As the weights are stored, e.g. BF16; several joined by a plus sign, the largest share first.</param>
/// <param name="WeightsSha256">The model's identity, which calibrations and costs are keyed by; empty where there is a problem.</param>
/// <param name="Calibration">The one that counts for these weights; one of other weights where that is all there is; null where there is
/// none.</param>
/// <param name="Problem">Why the folder cannot be used, in words; null where it can.</param>
/// <param name="Warning">What is odd about a folder that can be used, in words; else null.</param>
/// <param name="Published">The paper's own fit where this is one of its three models; it counts for what the calibration lacks.</param>
public sealed record ModelFolder(
    string Name, string Folder, bool IsBundled, string Architecture, long Parameters, int ContextLength, long Bytes, string Precision,
    string WeightsSha256,
    CalibrationState State, Calibration? Calibration, string? Problem, string? Warning = null, PublishedFit? Published = null)
{
    public const string Bundled = "BundledModel";

    private static string BundledFolder => Path.Combine(AppContext.BaseDirectory, Bundled);

    /// <summary>The bundled model, then every folder below the root but hidden ones, by name.</summary>
    public static IEnumerable<string> Find(string root)
    {
        if (File.Exists(Path.Combine(BundledFolder, "config.json"))) yield return BundledFolder;
        if (!Directory.Exists(root)) yield break;
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
            if (Path.GetFileName(folder) is { } name && name != Bundled && !name.StartsWith('.')) yield return folder;
    }

    /// <summary>Checks configuration, tokenizer, chat template, every tensor's place and shape, and reads all weights once, for their hash
    /// and for values that are no numbers.</summary>
    /// <param name="calibrations">Folder of calibrations by weights, which go before the one beside the model; null: none.</param>
    public static ModelFolder Inspect(string folder, string? calibrations = null) => Inspect(folder, null, calibrations);

    internal static ModelFolder Inspect(string folder, IReadOnlyList<PublishedModel>? publishedModels, string? calibrations = null)
    {
        var (name, bundled) = (Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), folder == BundledFolder);
        try
        {
            var config = ModelConfig.Load(folder);
            string? warning = null;
            var prompts = PromptBuilder.Load(folder, said => warning = said);
            using var weights = WeightFiles.Open(folder);
            var parameters = DecoderWeights.Require(config, weights);
            weights.RequireFinite();
            var sha = WeightFiles.Sha256(folder);
            var precision = string.Join(" + ", weights.BytesByType.OrderByDescending(t => t.Value).Select(t => t.Key));
            var (state, calibration, damage) = CalibrationOf(folder, sha, calibrations);
            if (damage is not null) warning = warning is null ? damage : $"{warning} {damage}";
            // the estimator takes its adapter from a calibration of these weights, whether or not that has a fit
            var speaks = state is CalibrationState.OtherWeights || calibration is null
                || PublishedFit.SpeaksOf(calibration.Recipe.AdapterSeed, calibration.Recipe.AdapterRank);
            return new(name, folder, bundled, config.ModelType, parameters, config.ContextLength,
                WeightFiles.Paths(folder).Sum(p => new FileInfo(p).Length), precision, sha, state, calibration, null, warning,
                speaks ? PublishedModel.Find(folder, config, prompts, publishedModels) : null);
        }
        catch (Exception e) when (e is ModelException or IOException or UnauthorizedAccessException)
        {
            return new(name, folder, bundled, "", 0, 0, 0, "", "", CalibrationState.None, null, e.Message);
        }
    }

    private static (CalibrationState, Calibration?, string? Damage) CalibrationOf(string folder, string sha, string? own)
    {
        var (calibration, damage) = CalibrationFile.For(folder, sha, own);
        if (calibration is null)
            return damage is not null ? (CalibrationState.Damaged, null, damage)
                : CalibrationFile.LoadBeside(folder) is { } other ? (CalibrationState.OtherWeights, other, null)
                    : (CalibrationState.None, null, null);
        var state = AreaFit.Of(calibration) is not null ? CalibrationState.Calibrated
            : calibration.Tasks.All(t => t.Auc is null) ? CalibrationState.SignalsOnly : CalibrationState.TooFewTasks;
        return (state, calibration, damage);
    }
}
