// `evaluate-signals`: what each early signal is worth on one model, each reference task judged by the others (signals, the table).
using System.CommandLine;
using System.Globalization;
using DataEfficiency.Cli.Evaluating;

namespace DataEfficiency.Cli;

public sealed class EvaluateSignalsVerb : Verb
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "Model folder whose calibration has curves and signals.", Required = true,
    };
    private readonly CalibrationChoice _calibration = new();
    private readonly Option<double> _target = new("--target")
    {
        Description = "Share of the way whose label need is judged.", DefaultValueFactory = _ => .9,
    };

    public EvaluateSignalsVerb() : base("evaluate-signals",
        "What CoS-Low, probe and checks are worth on a model's own calibration, each task judged by the others.")
    {
        foreach (var option in (Option[])[_model, _calibration.File, _target]) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var folder = arguments.GetValue(_model)!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no model folder {folder}.");
        var share = arguments.GetValue(_target);
        if (share is not (> 0 and <= .95)) throw new ArgumentException("--target must be a share of the way, above 0 and at most 0.95.");
        var rows = new SignalsEvaluation(_calibration.Of(folder, arguments, output), share).Rows(cancel);
        if (arguments.GetValue(Json)) output.Json(rows);
        else Print(rows, output);
    }

    private static void Print(IReadOnlyList<SignalsRow> rows, Output output)
    {
        static string Number(double? value, string format = "0.000") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
        output.Line($"{"labels",-22}{"from",-18}{"curves",-9}{"tasks",6}{"area error",12}  {"against the mean [90 %]",-28}{"bits",6}"
            + $"{"80 % covers",13}");
        foreach (var row in rows)
            output.Line($"{row.Labels,-22}{row.From,-18}{row.Curves,-9}{row.Tasks,6}{Number(row.AreaError),12}  "
                + $"{$"{Number(row.Gain.Mean)} [{Number(row.Gain.Low)}, {Number(row.Gain.High)}]",-28}{Number(row.Bits, "0.00"),6}"
                + $"{Number(row.Covered, "0.00"),13}");
    }
}
