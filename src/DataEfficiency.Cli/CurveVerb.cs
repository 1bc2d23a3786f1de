// `curve`: the area of measured curves, from the published results files or files of the same shape (method section 6).
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Cli;

public sealed class CurveVerb : Verb
{
    private const string Suffix = "_full_result_v2.json";

    private readonly Option<string> results = new("--results")
    {
        Description = $"A results file, named MODEL_TASK{Suffix}, or a folder of them.",
        Required = true,
    };
    private readonly Option<string?> humanScores = new("--human-scores")
    {
        Description = "JSON file that maps a task to {\"score\": S}; entries that are null or no number mean none.",
    };
    private readonly Option<string?> f1 = new("--f1") { Description = "Comma-separated tasks that are scored by f1 instead of accuracy." };

    public CurveVerb() : base("curve", "Area under the data-efficiency curve of measured fine-tunes.")
    {
        foreach (var option in new Option[] { results, humanScores, f1 }) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var human = arguments.GetValue(humanScores) is { } path ? ReadHumanScores(path) : [];
        var byF1 = (arguments.GetValue(f1) ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        var curves = new List<CurveOutput>();
        foreach (var file in Files(arguments.GetValue(results)!))
        {
            cancel.ThrowIfCancellationRequested();
            curves.Add(Measure(file, human, byF1));
        }
        if (byF1.Except(curves.Select(c => c.Task)).Order().ToArray() is { Length: > 0 } absent)
            output.Progress($"--f1: no results file of {string.Join(", ", absent)}.");

        if (arguments.GetValue(Json)) output.Json(new { curves });
        else foreach (var c in curves)
            output.Line(
                $"{c.Model,-12} {c.Task,-48} auc {c.Auc:0.000000}  {c.Minimum:0.0000} to {c.Maximum:0.0000}, ceiling {c.Ceiling:0.0000}");
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

    private static CurveOutput Measure(string file, Dictionary<string, double> human, HashSet<string> byF1)
    {
        var name = Path.GetFileName(file);
        var stem = name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : Path.GetFileNameWithoutExtension(name);
        var border = stem.IndexOf('_');
        if (border <= 0 || border == stem.Length - 1)
            throw new ArgumentException($"--results: '{name}' is not named MODEL_TASK{Suffix}, so its task is unknown.");
        var (model, task) = (stem[..border], stem[(border + 1)..]);
        try
        {
            var curve = DataEfficiencyCurve.Of(
                ReadScores(file, byF1.Contains(task)), human.TryGetValue(task, out var score) ? score : null);
            return new(name, model, task, curve.Auc, curve.Minimum, curve.Maximum, curve.Ceiling, curve.Points);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    private static Dictionary<int, double> ReadScores(string file, bool f1)
    {
        string[] metrics = f1 ? ["f1"] : ["accuracy", "exact_string_match_accuracy"];
        using var input = ReadObject(file);
        var scores = new Dictionary<int, double>();
        foreach (var (i, size) in input.Root.EnumerateObject().Index())
        {
            if (!int.TryParse(size.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var n))
                throw Wrong($"'{size.Name}' is no number of examples.");
            // The published files score few-shot sizes (4 to 32) by other names; only sizes on the curve must have the metric.
            if (n is not (0 or >= 50 and <= LabelAxis.MaxExamples)) continue;
            var metric = metrics.FirstOrDefault(m => size.Value.ValueKind == JsonValueKind.Object
                    && size.Value.TryGetProperty(m, out var value) && value.ValueKind == JsonValueKind.Number)
                ?? throw Wrong($"at {n} examples there is no number named {string.Join(" or ", metrics)}.");
            if (!scores.TryAdd(n, size.Value.GetProperty(metric).GetDouble())) throw Wrong($"{n} examples stand there twice.");

            InvalidDataException Wrong(string what) => new($"{file}, line {input.Lines[i]}: {what}");
        }
        return scores;
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

    private static JsonInput ReadObject(string path)
    {
        var input = JsonInput.Read(path);
        if (input.Root.ValueKind == JsonValueKind.Object) return input;
        var kind = input.Root.ValueKind;
        input.Dispose();
        throw new InvalidDataException($"{path}, line 1: expected a JSON object, found {kind}.");
    }

    private sealed record CurveOutput(string File, string Model, string Task, double Auc, double Minimum, double Maximum, double Ceiling,
        IReadOnlyList<CurvePoint> Points);
}
