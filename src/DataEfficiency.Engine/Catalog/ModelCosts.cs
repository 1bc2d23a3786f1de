// What one example costs on this machine, measured on generated examples (CostMeasurement) and kept beside the model folders.
using System.Text.Json;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Catalog;

/// <param name="Tokens">Tokens of the prompts, on average; null where the estimator does not tell.</param>
/// <param name="SecondsPerLabel">One label: forward, backward and its gradient row. Median.</param>
/// <param name="SecondsPerItem">One item of a ranking, several at a time behind the instruction they share.</param>
public sealed record ModelCost(string WeightsSha256, string Machine, string Device, int Threads, int? Tokens, double SecondsPerLabel,
    double SecondsPerItem, DateTimeOffset MeasuredAt);

/// <summary>The measured costs under a models folder: one file, the last measurement of each model on each machine.</summary>
public static class ModelCosts
{
    public const string FileName = ".costs.json";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly Lock Writing = new();

    /// <summary>The last measurement of these weights on this machine, or null. A damaged file counts as none.</summary>
    public static ModelCost? Find(string root, string weightsSha256) =>
        Load(root).FirstOrDefault(c => c.WeightsSha256 == weightsSha256 && c.Machine == Environment.MachineName);

    /// <exception cref="ModelException">The folder cannot be written.</exception>
    public static void Store(string root, ModelCost cost)
    {
        lock (Writing)
        {
            try
            {
                Directory.CreateDirectory(root);
                var path = Path.Combine(root, FileName);
                var temporary = $"{path}.{Environment.ProcessId}.tmp";
                var others = Load(root).Where(c => (c.WeightsSha256, c.Machine) != (cost.WeightsSha256, cost.Machine));
                File.WriteAllText(temporary, JsonSerializer.Serialize(others.Append(cost), Format));
                File.Move(temporary, path, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ModelException(ModelFault.Disk, $"The measured cost cannot be stored in {root}: {e.Message}", e);
            }
        }
    }

    private static IReadOnlyList<ModelCost> Load(string root)
    {
        try
        {
            return JsonSerializer.Deserialize<IReadOnlyList<ModelCost>>(File.ReadAllBytes(Path.Combine(root, FileName)), Format) ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }
}
