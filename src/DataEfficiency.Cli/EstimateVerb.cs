// `estimate`: CoS-Low of labelled examples and what follows from it for the label need (method sections 4 to 7).
using System.CommandLine;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Cli;

public sealed class EstimateVerb : Verb
{
    private readonly Option<string> model = new("--model") { Description = "Hugging Face folder of the model.", Required = true };
    private readonly Option<string> labeled = new("--labeled")
    {
        Description = "JSON lines or a JSON array of objects with \"input_text\" (or \"text\") and \"ground_truth\"; the first 32 with a "
            + "gradient count.",
        Required = true,
    };
    private readonly Option<string?> instruction = new("--instruction")
    {
        Description = "The task instruction that goes before each \"text\".",
    };
    private readonly Option<double> target = new("--target")
    {
        Description = "Target as a share of the way from zero-shot to ceiling. Default: 0.9.", DefaultValueFactory = _ => .9,
    };
    private readonly Option<long?> seed = new("--seed")
    {
        Description = "Seed of the adapter's A matrices. Default: the calibration's, else 1.",
    };
    private readonly Option<int?> rank = new("--rank") { Description = "Rank of the adapter. Default: the calibration's, else 64." };
    private readonly Option<double?> alpha = new("--alpha") { Description = "Alpha of the adapter. Default: the calibration's, else 32." };
    private readonly Option<string?> matrices = new("--adapter-a")
    {
        Description = "Safetensors file of A matrices in PEFT's layout; the rank is theirs.",
    };
    private readonly EngineChoice engine = new();

    public EstimateVerb() : base("estimate", "CoS-Low of labelled examples, and the labels a target needs.")
    {
        foreach (var option in (Option[])[model, labeled, instruction, target, seed, rank, alpha, matrices, .. engine.All]) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var share = arguments.GetValue(target);
        if (!(share is > 0 and <= 1))
            throw new ArgumentException($"--target {share} must be above 0 and at most 1: a share of the way from zero-shot to ceiling.");
        if (arguments.GetValue(rank) is < 1) throw new ArgumentException($"--rank {arguments.GetValue(rank)} must be at least 1.");
        if (arguments.GetValue(alpha) is { } a && !(a > 0 && double.IsFinite(a)))
            throw new ArgumentException($"--alpha {a} must be above 0.");
        var file = PoolFile.Read(arguments.GetValue(labeled)!, arguments.GetValue(instruction), answers: true);
        using var estimator = Estimator.Load(arguments.GetValue(model)!, engine.Of(arguments, output) with
        {
            AdapterSeed = arguments.GetValue(seed), AdapterRank = arguments.GetValue(rank), AdapterAlpha = arguments.GetValue(alpha),
            AdapterMatricesFile = arguments.GetValue(matrices),
        });
        if (estimator.Model.CalibrationProblem is { } problem) output.Progress(problem);
        var fit = Yardstick.Of(estimator.Calibration, estimator.Published).Fit;
        var published = fit is { Source: AreaSource.Published } ? estimator.Published : null;
        if (fit is null) output.Progress("Not calibrated: no number of labels follows from CoS-Low. Run `calibrate` for this model.");
        if (published is not null) output.Progress($"{StopOutput.Reservation(published)} Run `calibrate` for a fit of its own.");
        if (estimator.Calibration is { IsOfOlderRecipe: true })
            output.Progress("This model is calibrated with an older recipe, which taught no end of an answer: run `calibrate` again.");
        var examples = file.Texts.Zip(file.Answers, (text, answer) => new Example(text, answer)).ToList();
        var estimate = estimator.Forecast(new ForecastRequest(file.Task, examples, new Target(share), LabelAxis.MaxExamples), cancel);
        if (arguments.GetValue(Json)) output.Json(Result(estimate, published));
        else Print(estimate, published, output);
    }

    private static object Result(Estimate e, PublishedFit? published) => new
    {
        CosLow = e.CosLow.Median, e.CosLow.StandardError, e.CosLow.CosineError, e.Losses, Pairs = e.CosLow.Cosines, e.LeftOut,
        e.CosLow.WithinAnswers, e.CosLow.BetweenAnswers, e.HarderThan, e.ReferenceTasks, e.AreaSource, PublishedFit = published?.Model,
        e.Auc, e.LabelsNeededPaper, Posterior = PosteriorOutput.Of(e.Posterior, e.LabelsNeededPaper),
        e.Method, e.Labels, e.Checks, e.AreaError, IsWeak = !e.IsMeasured, e.OtherMethods,
        Stop = new { e.Stop.Rule, e.Stop.At, e.Stop.Advice, e.Stop.Reason },
    };

    private static void Print(Estimate e, PublishedFit? published, Output output)
    {
        output.Line($"CoS-Low of {e.CosLow.Count} examples: {e.CosLow.Median:0.0000}"
            + (e.CosLow.StandardError is { } se ? $" (standard error {se:0.0000})" : ""));
        if (e.CosLow.CosineError is { } error)
            output.Line("The gradients of so many examples do not fit into memory: their cosines are those of a random projection, "
                + $"each with an error of {error:0.0000}");
        if (e.CosLow.WithinAnswers is not null || e.CosLow.BetweenAnswers is not null)
            output.Line($"Within equal answers {e.CosLow.WithinAnswers:0.0000}, between different ones {e.CosLow.BetweenAnswers:0.0000}");
        if (e is { HarderThan: { } harder, ReferenceTasks: { } tasks })
            output.Line(e.RankTells ? $"Harder than {harder} of {tasks} reference tasks"
                : $"CoS-Low is lower than on {harder} of {tasks} reference tasks, which says neither easy nor hard on this model");
        foreach (var left in e.LeftOut) output.Line($"Left out: item {left.Index}: {left.Reason}");
        if (e.AskedShare is { } asked)
            output.Line($"A target of {asked:0.###} of the way is taken as {e.Target.Share}: above it the curves say nothing");
        if (e.Auc is { } auc)
            output.Line($"Predicted area under the curve: {auc:0.000}"
                + (published is null ? "" : $", by the published fit of {published.Model}")
                + (e.AreaRemark is { } remark ? $" ({StopOutput.Remark(remark)})" : ""));
        (PosteriorOutput.Of(e.Posterior, e.LabelsNeededPaper) with { OtherMethods = e.OtherMethods }).Print(output);
        output.Line($"Stop rule {e.Stop.Rule}: {StopOutput.Reason(e.Stop.Reason)}" + (e.Stop.At is { } at ? $", at {at:N0} labels" : ""));
    }
}
