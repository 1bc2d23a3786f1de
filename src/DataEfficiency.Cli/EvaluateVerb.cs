// `evaluate`: how good forecasts and stop rules are on curves whose end is known (decision sections 3, 4 and 8).
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DataEfficiency.Cli.Evaluating;
using DataEfficiency.Engine;

namespace DataEfficiency.Cli;

public sealed class EvaluateVerb : Verb
{
    // An area is reproduced where it is the published one up to the rounding of its digits.
    private const double AreaTolerance = 1e-6;

    private readonly Option<string> _results = new("--results")
    {
        Description = $"A folder of measured curves, named MODEL_TASK{ResultsFolder.Suffix}, as `curve` reads them.", Required = true,
    };
    private readonly Option<string?> _humanScores = new("--human-scores")
    {
        Description = "JSON file that maps a task to {\"score\": S}; entries that are null or no number mean none.",
    };
    private readonly Option<string?> _f1 = new("--f1") { Description = "Comma-separated tasks that are scored by f1 instead of accuracy." };
    private readonly Option<string?> _areas = new("--areas")
    {
        Description = "Published areas to compare with: a file MODEL_*.json that maps a task to {\"extrapolation_auc\": A}, or a folder of "
            + "them.",
    };
    private readonly Option<string?> _cosLow = new("--cos-low")
    {
        Description = "JSON file that maps a task to its CoS-Low. Without it the first signal is drawn, as good as the paper's.",
    };

    public EvaluateVerb() : base("evaluate", "How good forecasts and stop rules are on measured curves, each task judged by the others.")
    {
        foreach (var option in new Option[] { _results, _humanScores, _f1, _areas, _cosLow }) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        KnownCurve[] curves = [.. ResultsFolder.Read(arguments.GetValue(_results)!, arguments.GetValue(_humanScores),
            arguments.GetValue(_f1), output.Progress).Where(t => t.Curve.Points[0].Score is not null).Select(t => new KnownCurve(t))
            .Where(c => c.Gap >= Target.SmallestGap)];
        if (curves.Select(c => c.Task).Distinct().Count() < 3)
            throw new ArgumentException(
                $"--results: {curves.Length} usable curves; each task is judged by the others, so give at least 3 tasks.");
        var areas = arguments.GetValue(_areas) is { } path ? Reproduced(path, curves) : null;
        var cosLows = arguments.GetValue(_cosLow) is { } file ? ReadCosLows(file) : null;
        var result = new Evaluation(curves, cosLows).Run(cancel);

        if (arguments.GetValue(Json)) output.Json(new { areas, result.Estimators, result.Rules });
        else Print(output, curves.Length, areas, result);
    }

    private static void Print(Output output, int curves, AreasOutput? areas, EvaluationResult result)
    {
        static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
        output.Line($"{curves} curves" + (areas is null ? "" : $"; {areas.Reproduced} of {areas.Of} published areas reproduced"));
        output.Line($"{"estimator",-32}{"labels",7}{"noise",7}{"target",8}{"area error",12}{"bits",7}{"examples",10}"
            + $"{"80 % covers",13}{"bits wide",11}{"band covers",13}");
        foreach (var e in result.Estimators)
            output.Line($"{e.Name,-32}{e.Labels,7}{e.Noise,7}{Number(e.Target, ".00"),8}{Number(e.AucError, ".0000"),12}"
                + $"{Number(e.Bits, "0.00"),7}{Number(e.Examples, "0"),10}{Number(e.Need80.Coverage, ".00"),13}"
                + $"{Number(e.Need80.Width, "0.0"),11}{Number(e.Band80.Coverage, ".00"),13}");
        output.Line();
        output.Line($"{"rule",-12}{"test size",10}{"target",8}{"early",8}{"material",10}{"surplus",9}{"checks",8}");
        foreach (var r in result.Rules)
            output.Line($"{r.Name,-12}{r.TestSize?.ToString(CultureInfo.InvariantCulture) ?? "exact",10}{Number(r.Target, ".00"),8}"
                + $"{Number(r.Early, ".000"),8}{Number(r.Material, ".000"),10}{Number(r.Surplus, "0"),9}{Number(r.Checks, "0.0"),8}");
    }

    private static AreasOutput Reproduced(string path, IReadOnlyList<KnownCurve> curves)
    {
        string[] files = Directory.Exists(path) ? [.. Directory.GetFiles(path, "*.json").Order(StringComparer.Ordinal)] : [path];
        if (files.Length == 0) throw new FileNotFoundException($"--areas: the folder '{path}' holds no JSON file.");
        var (reproduced, of) = (0, 0);
        foreach (var file in files)
        {
            var model = Path.GetFileNameWithoutExtension(file).Split('_')[0];
            using var input = ResultsFolder.ReadObject(file);
            foreach (var known in input.Root.EnumerateObject())
            {
                if (curves.FirstOrDefault(c => c.Model == model && c.Task == known.Name) is not { } curve) continue;
                if (!known.Value.TryGetProperty("extrapolation_auc", out var area) || area.ValueKind != JsonValueKind.Number) continue;
                of++;
                if (Math.Abs(area.GetDouble() - curve.Area) <= AreaTolerance) reproduced++;
            }
        }
        return new(reproduced, of);
    }

    private static Dictionary<string, double> ReadCosLows(string path)
    {
        using var input = ResultsFolder.ReadObject(path);
        var cosLows = new Dictionary<string, double>();
        foreach (var (i, task) in input.Root.EnumerateObject().Index())
        {
            var value = task.Value.ValueKind == JsonValueKind.Number ? task.Value.GetDouble() : double.NaN;
            if (!(value is >= -1 and <= 1))
                throw new InvalidDataException(
                    $"{path}, line {input.Lines[i]}: the CoS-Low of '{task.Name}' must be a number from -1 to 1.");
            cosLows[task.Name] = value;
        }
        return cosLows;
    }

    private sealed record AreasOutput(int Reproduced, int Of);
}
