// Measured curves as the paper publishes them: one file a model and task, a score per number of examples.
using System.Globalization;
using System.Text.Json;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Cli.Evaluating;

/// <param name="FewShot">Scores of 4 to 32 examples, which are no part of the curve.</param>
internal sealed record MeasuredTask(string File, string Model, string Task, DataEfficiencyCurve Curve,
    IReadOnlyDictionary<int, double> FewShot);

/// <summary>Reads what --results, --human-scores and --f1 name.</summary>
internal static class ResultsFolder
{
    public const string Suffix = "_full_result_v2.json";

    /// <param name="progress">Told of tasks in <paramref name="byF1"/> that have no file.</param>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not as it should be; the message names it, the line and what was
    /// expected.</exception>
    public static IEnumerable<MeasuredTask> Read(string path, string? humanScores, string? byF1, Action<string> progress)
    {
        var human = humanScores is null ? [] : ReadHumanScores(humanScores);
        var f1 = (byF1 ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        foreach (var file in Files(path))
        {
            var task = Measure(file, human, f1);
            f1.Remove(task.Task);
            yield return task;
        }
        if (f1.Order().ToArray() is { Length: > 0 } absent) progress($"--f1: no results file of {string.Join(", ", absent)}.");
    }

    private static string[] Files(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new FileNotFoundException($"--results: there is no file or folder '{path}'.");
        var files = Directory.GetFiles(path, "*" + Suffix);
        if (files.Length == 0) throw new FileNotFoundException($"--results: the folder '{path}' holds no file named MODEL_TASK{Suffix}.");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static MeasuredTask Measure(string file, Dictionary<string, double> human, HashSet<string> byF1)
    {
        var name = Path.GetFileName(file);
        var stem = name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : Path.GetFileNameWithoutExtension(name);
        var border = stem.IndexOf('_');
        if (border <= 0 || border == stem.Length - 1)
            throw new ArgumentException($"--results: '{name}' is not named MODEL_TASK{Suffix}, so its task is unknown.");
        var (model, task) = (stem[..border], stem[(border + 1)..]);
        try
        {
            var (scores, few) = ReadScores(file, byF1.Contains(task));
            return new(name, model, task, DataEfficiencyCurve.Of(scores, human.TryGetValue(task, out var score) ? score : null), few);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    private static (Dictionary<int, double> Scores, Dictionary<int, double> FewShot) ReadScores(string file, bool f1)
    {
        string[] metrics = f1 ? ["f1"] : ["accuracy", "exact_string_match_accuracy"];
        using var input = ReadObject(file);
        Dictionary<int, double> scores = [], few = [];
        foreach (var (i, size) in input.Root.EnumerateObject().Index())
        {
            if (!int.TryParse(size.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var n))
                throw Wrong($"'{size.Name}' is no number of examples.");
            var metric = metrics.FirstOrDefault(m => size.Value.ValueKind == JsonValueKind.Object
                && size.Value.TryGetProperty(m, out var value) && value.ValueKind == JsonValueKind.Number);
            // Only sizes on the curve must have the metric.
            if (n is not (0 or >= 50 and <= LabelAxis.MaxExamples))
            {
                if (metric is not null && n < 50) few.TryAdd(n, size.Value.GetProperty(metric).GetDouble());
                continue;
            }
            if (metric is null) throw Wrong($"at {n} examples there is no number named {string.Join(" or ", metrics)}.");
            if (!scores.TryAdd(n, size.Value.GetProperty(metric).GetDouble())) throw Wrong($"{n} examples stand there twice.");

            InvalidDataException Wrong(string what) => new($"{file}, line {input.Lines[i]}: {what}");
        }
        return (scores, few);
    }

    private static Dictionary<string, double> ReadHumanScores(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"--human-scores: there is no file '{path}'.");
        using var input = ReadObject(path);
        return input.Root.EnumerateObject()
            .Where(t => t.Value.ValueKind == JsonValueKind.Object && t.Value.TryGetProperty("score", out var s)
                && s.ValueKind == JsonValueKind.Number)
            .ToDictionary(t => t.Name, t => t.Value.GetProperty("score").GetDouble());
    }

    /// <exception cref="InvalidDataException">It is no JSON object.</exception>
    public static JsonInput ReadObject(string path)
    {
        var input = JsonInput.Read(path);
        if (input.Root.ValueKind == JsonValueKind.Object) return input;
        var kind = input.Root.ValueKind;
        input.Dispose();
        throw new InvalidDataException($"{path}, line 1: expected a JSON object, found {kind}.");
    }
}
