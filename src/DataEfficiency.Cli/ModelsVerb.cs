// `models`: the model folders, checked, with what they cost on this machine. `models pull` gets one from a hub.
using System.CommandLine;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Cli;

public sealed class ModelsVerb : Verb
{
    internal const string DefaultRoot = "models";
    private readonly Option<string> root = new("--root")
    {
        Description = "Folder whose subfolders are Hugging Face model folders.", DefaultValueFactory = _ => DefaultRoot,
    };
    private readonly Option<bool> measure = new("--measure")
    {
        Description = "Measure what a label and a ranked item cost on this machine; the figures are kept and shown from then on.",
    };
    private readonly EngineChoice engine = new();

    public ModelsVerb() : base("models", "List and check the model folders; `models pull` downloads one.")
    {
        foreach (var option in (Option[])[root, measure, .. engine.All]) Add(option);
        Add(new PullVerb());
        // a command with verbs below it runs alone too
        SetAction(_ => CommandLine.Success);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var folder = arguments.GetValue(root)!;
        var models = ModelFolder.Find(folder).Select(f => ModelFolder.Inspect(f)).ToList();
        if (arguments.GetValue(measure))
            foreach (var model in models.Where(m => m.Problem is null))
                Measure(model, folder, engine.Of(arguments, output), output, cancel);
        if (arguments.GetValue(Json)) output.Json(new { root = Path.GetFullPath(folder), models = models.Select(m => Result(m, folder)) });
        else foreach (var model in models) Print(model, folder, output);
    }

    private static void Measure(ModelFolder model, string root, EngineOptions options, Output output, CancellationToken cancel)
    {
        output.Progress($"Measuring {model.Name}");
        using var estimator = Estimator.Load(model.Folder, options);
        var measurement = new CostMeasurement(1, options.Threads ?? Environment.ProcessorCount);
        ModelCost? cost;
        do cancel.ThrowIfCancellationRequested();
        while ((cost = measurement.Step(estimator, cancel: cancel)) is null);
        ModelCosts.Store(root, cost);
    }

    private static object Result(ModelFolder m, string root) => new
    {
        m.Name, m.Folder, m.IsBundled, m.Architecture, m.Parameters, m.ContextLength, m.Bytes, m.Precision, m.WeightsSha256,
        Calibration = m.State, ReferenceTasks = m.Calibration?.Tasks.Count, PublishedFit = m.Published?.Model,
        OlderRecipe = m.Calibration?.IsOfOlderRecipe,
        Cost = ModelCosts.Find(root, m.WeightsSha256), m.Problem, m.Warning,
    };

    private static void Print(ModelFolder m, string root, Output output)
    {
        output.Line(m.Name);
        if (m.Problem is { } problem)
        {
            output.Line($"  cannot be used: {problem}");
            return;
        }
        output.Line($"  {m.Architecture}, {m.Parameters:N0} parameters, {m.Bytes / 1e6:N1} MB in {m.Precision}, "
            + $"context {m.ContextLength:N0}");
        if (m.Warning is { } warning) output.Line($"  warning: {warning}");
        output.Line($"  {m.State switch
        {
            CalibrationState.Calibrated => $"calibrated {(m.Calibration!.IsOfOlderRecipe ? "with an older recipe " : "")}"
                + $"on {m.Calibration.Tasks.Count} reference tasks ({m.Calibration.Profile})",
            CalibrationState.SignalsOnly =>
                $"CoS-Low of {m.Calibration!.Tasks.Count} reference tasks measured, no number of labels (signals-only)",
            CalibrationState.TooFewTasks => "not calibrated: too few reference tasks are measured",
            CalibrationState.OtherWeights => "not calibrated: the calibration beside it was measured on other weights",
            CalibrationState.Damaged => "not calibrated: calibration.json cannot be read",
            _ => "not calibrated",
        }}");
        if (m is { Published: { } published, State: not CalibrationState.Calibrated })
            output.Line($"  {StopOutput.Reservation(published)}");
        output.Line(ModelCosts.Find(root, m.WeightsSha256) is { } cost
            ? $"  {cost.SecondsPerLabel:0.000} s a label, {cost.SecondsPerItem:0.000} s a ranked item ({cost.Tokens} tokens, "
                + $"{cost.Device}, {cost.Threads} threads, {cost.MeasuredAt:yyyy-MM-dd})"
            : "  cost not measured on this machine (--measure)");
    }
}
