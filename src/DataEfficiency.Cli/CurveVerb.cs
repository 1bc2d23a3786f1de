// `curve`: the area of measured curves, from the published results files or files of the same shape (method section 6).
using System.CommandLine;
using DataEfficiency.Cli.Evaluating;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Cli;

public sealed class CurveVerb : Verb
{
    private readonly Option<string> results = new("--results")
    {
        Description = $"A results file, named MODEL_TASK{ResultsFolder.Suffix}, or a folder of them.",
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
        var curves = new List<CurveOutput>();
        foreach (var t in ResultsFolder.Read(arguments.GetValue(results)!, arguments.GetValue(humanScores), arguments.GetValue(f1),
            output.Progress))
        {
            cancel.ThrowIfCancellationRequested();
            var c = t.Curve;
            curves.Add(new(t.File, t.Model, t.Task, c.Auc, c.Minimum, c.Maximum, c.Ceiling, c.Points));
        }
        if (arguments.GetValue(Json)) output.Json(new { curves });
        else foreach (var c in curves)
            output.Line(
                $"{c.Model,-12} {c.Task,-48} auc {c.Auc:0.000000}  {c.Minimum:0.0000} to {c.Maximum:0.0000}, ceiling {c.Ceiling:0.0000}");
    }

    private sealed record CurveOutput(string File, string Model, string Task, double Auc, double Minimum, double Maximum, double Ceiling,
        IReadOnlyList<CurvePoint> Points);
}
