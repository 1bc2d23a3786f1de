// `evaluate-outside`: what a model's forecasts say of tasks that are in no fit, label by label, beside their curves.
using System.CommandLine;
using System.Globalization;
using DataEfficiency.Cli.Evaluating;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Cli;

public sealed class EvaluateOutsideVerb : Verb
{
    /// <summary>Lies beside a model whose tasks outside the fit were run.</summary>
    private const string TruthName = "outside.json";

    private readonly Option<string> _model = new("--model") { Description = "Hugging Face folder of the model.", Required = true };
    private readonly Option<string?> _truth = new("--truth")
    {
        Description = "The tasks' whole curves: a file as calibrate writes it. Default: outside.json in the model's folder.",
    };
    private readonly Option<string[]> _tasks = new("--tasks")
    {
        Description = "Only these. Default: all of the file that are not in the model's own calibration.",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<int[]> _labels = new("--labels")
    {
        Description = "Numbers of labels at which to look. Default: 0 32 50 100 200.", AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<double> _target = new("--target")
    {
        Description = "Share of the way whose label need is judged.", DefaultValueFactory = _ => .9,
    };
    private readonly EngineChoice _engine = new();

    public EvaluateOutsideVerb() : base("evaluate-outside",
        "Labels tasks that are in no fit, truthfully and at random, with checks where they are due, and compares forecasts with curves.")
    {
        foreach (var option in (Option[])[_model, _truth, _tasks, _labels, _target, .. _engine.All]) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var share = arguments.GetValue(_target);
        if (share is not (> 0 and <= .95)) throw new ArgumentException("--target must be a share of the way, above 0 and at most 0.95.");
        int[] steps = arguments.GetValue(_labels) is { Length: > 0 } own ? [.. own.Distinct().Order()] : [0, 32, 50, 100, 200];
        if (steps[0] < 0) throw new ArgumentException($"--labels {steps[0]} is below 0.");
        var folder = arguments.GetValue(_model)!;
        var file = arguments.GetValue(_truth) ?? Path.Combine(folder, TruthName);
        if (!File.Exists(file))
            throw new FileNotFoundException($"There is no {file}. Run calibrate --tasks on a copy of the model and name its "
                + "calibration.json with --truth.");
        using var estimator = Estimator.Load(folder, _engine.Of(arguments, output));
        var tasks = Chosen(CalibrationFile.Load(file), estimator.Calibration, arguments.GetValue(_tasks));
        var evaluation = new OutsideEvaluation(estimator, share, steps, output.Progress);
        OutsideTask[] rows = [.. tasks.Select(t => evaluation.Of(t, cancel))];
        if (arguments.GetValue(Json)) output.Json(new { tasks = rows, summary = Summary(rows, steps) });
        else Print(rows, steps, output);
    }

    private static CalibrationTask[] Chosen(Calibration truth, Calibration? fit, string[]? names)
    {
        var known = fit?.Tasks.Select(t => t.Name).ToHashSet() ?? [];
        var whole = truth.Tasks.Where(t => !known.Contains(t.Name) && TaskCurve.IsWhole(t)).ToArray();
        if (names is not { Length: > 0 })
            return whole.Length > 0 ? whole : throw new InvalidDataException(
                "The file has no task with a whole curve that is not in the model's own calibration.");
        return [.. names.Select(name => whole.FirstOrDefault(t => t.Name == name) ?? throw new ArgumentException(
            $"There is no task '{name}' with a whole curve outside the fit. There are: {string.Join(", ", whole.Select(t => t.Name))}."))];
    }

    /// <param name="Lower">On how many tasks answers at random gave a smaller area and a smaller P(reach).</param>
    private sealed record SummaryRow(int Labels, int Tasks, double AreaError, double MeanError, double? Bits, double? Covered,
        double AreaAtRandom, int Lower);

    private static SummaryRow[] Summary(OutsideTask[] tasks, int[] steps) => [.. steps.Select(n =>
    {
        var of = tasks.Where(t => t.Truthful.Any(f => f.Labels == n)).Select(t => (Task: t, True: t.Truthful.First(f => f.Labels == n),
            Random: t.AtRandom.First(f => f.Labels == n))).ToArray();
        var needs = of.Where(t => t is { Task.Need: not null, True.Median: not null }).ToArray();
        return new SummaryRow(n, of.Length, of.Average(t => Math.Abs(t.True.Area - t.Task.Area)), of.Average(t => t.Task.MeanError),
            needs.Length == 0 ? null : needs.Average(t => Math.Abs(Math.Log2(t.True.Median!.Value / t.Task.Need!.Value))),
            needs.Length == 0 ? null
                : needs.Average(t => t.Task.Need >= t.True.Low80 - 1e-9 && t.Task.Need <= t.True.High80 + 1e-9 ? 1 : 0),
            of.Average(t => t.Random.Area), of.Count(t => t.Random.Area < t.True.Area && t.Random.PReach < t.True.PReach));
    })];

    private static void Print(OutsideTask[] tasks, int[] steps, Output output)
    {
        static string N(double? value, string format = "0.000") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
        foreach (var task in tasks)
        {
            output.Line($"{task.Name}: area {N(task.Area)}, need {N(task.Need, "0")}");
            foreach (var (told, random) in task.Truthful.Zip(task.AtRandom))
                output.Line($"  {told.Labels,5} labels, {told.Checks} checks, {told.From?.ToString() ?? "mean",-10}  area {N(told.Area)}"
                    + $"  need {N(told.Median, "0"),5} ({N(told.Low80, "0")} to {N(told.High80, "0")})  P(reach) {N(told.PReach, "0.00")}"
                    + $"  at random: area {N(random.Area)}, P(reach) {N(random.PReach, "0.00")}");
        }
        output.Line($"{"labels",6}{"tasks",7}{"area error",12}{"the mean's",12}{"bits",7}{"80 % covers",13}{"at random: area",17}"
            + $"{"lower on",10}");
        foreach (var row in Summary(tasks, steps))
            output.Line($"{row.Labels,6}{row.Tasks,7}{N(row.AreaError),12}{N(row.MeanError),12}{N(row.Bits, "0.00"),7}"
                + $"{N(row.Covered, "0.00"),13}{N(row.AreaAtRandom),17}{row.Lower,10}");
    }
}
