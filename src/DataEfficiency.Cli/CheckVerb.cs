// `check`: fine-tunes a model on labels, tests it on labels it has not seen, and keeps the model trained on all of them (signals section
// 2).
using System.CommandLine;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Cli;

public sealed class CheckVerb : Verb
{
    private readonly Option<string> _model = new("--model") { Description = "Hugging Face folder of the model.", Required = true };
    private readonly Option<string> _labels = new("--labels")
    {
        Description = "JSON lines or a JSON array of objects with \"text\", \"ground_truth\" and, where not all come from a random order, "
            + "\"random\": without --test random ones alone are scored.",
        Required = true,
    };
    private readonly Option<string> _instruction = new("--instruction")
    {
        Description = "The task instruction that goes before each \"text\".", Required = true,
    };
    private readonly Option<string[]> _answers = new("--answers")
    {
        Description = "The answer set, in the order of the prompt. Default: free answers.", AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string?> _test = new("--test")
    {
        Description = "A test set of the same form. Default: a part of the labels is held out.",
    };
    private readonly Option<int?> _size = new("--size") { Description = "Train on the first so many labels; needs --test. Default: all." };
    private readonly Option<CheckTraining> _training = new("--training")
    {
        Description = "full, lora or ia3. Default: auto, all parameters of a model under 300 million, else a LoRA adapter.",
    };
    private readonly Option<double?> _rate = new("--rate")
    {
        Description = "Learning rate. Default: the calibration's, else the best of three by the loss on a held-out part.",
    };
    private readonly Option<double> _ceiling = new("--ceiling")
    {
        Description = "The best score thought possible. Default: 1.", DefaultValueFactory = _ => 1,
    };
    private readonly Option<long> _seed = new("--seed") { Description = "Of splits, order and adapter.", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Folder for checkpoints and the model that is kept; a check that was ended goes on there. Default: nothing is kept.",
    };
    private readonly EngineChoice _engine = new();

    public CheckVerb() : base("check", "Fine-tune on labels, test on labels that were not seen, and keep the model.")
    {
        foreach (var option in (Option[])[_model, _labels, _instruction, _answers, _test, _size, _training, _rate, _ceiling, _seed, _out,
            .. _engine.All]) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var labels = Read(arguments, arguments.GetValue(_labels)!);
        var test = arguments.GetValue(_test) is { } path ? Read(arguments, path) : null;
        var size = arguments.GetValue(_size);
        if (size is not null && test is null) throw new ArgumentException("--size needs --test: without a test set all labels are taken.");
        if (size is < 1) throw new ArgumentException($"--size {size} must be at least 1.");
        if (arguments.GetValue(_rate) is { } rate && !(rate > 0 && double.IsFinite(rate)))
            throw new ArgumentException($"--rate {rate} must be above 0.");
        string[] answers = arguments.GetValue(_answers) ?? [];
        var folder = arguments.GetValue(_out) ?? Directory.CreateTempSubdirectory("check-").FullName;
        try
        {
            var task = labels.Task! with { Answers = answers.Length > 0 ? answers : null };
            var request = new CheckRequest(task, test is null ? CheckKind.CrossValidated : CheckKind.SetAside, Examples(labels, 0),
                test is null ? [] : Examples(test, labels.Texts.Count), size, arguments.GetValue(_rate), arguments.GetValue(_training),
                arguments.GetValue(_seed), folder);
            using var estimator = Estimator.Load(arguments.GetValue(_model)!, _engine.Of(arguments, output));
            var result = Check(estimator, request, output, cancel);
            if (arguments.GetValue(_out) is null) result = result with { KeptFolder = null };
            Print(result, arguments.GetValue(_ceiling), arguments.GetValue(Json), output);
        }
        catch (CheckRefusedException refused) when (refused.Reason == CheckRefusal.TooFewLabels && test is null)
        {
            throw new ArgumentException($"{refused.Message} A test set of its own (--test) needs none of them.", refused);
        }
        finally
        {
            if (arguments.GetValue(_out) is null) Directory.Delete(folder, recursive: true);
        }
    }

    private PoolFile Read(ParseResult arguments, string path) =>
        PoolFile.Read(path, arguments.GetValue(_instruction), answers: true) is { Task: not null } file ? file
            : throw new InvalidDataException($"{path}, line 1: a check needs \"text\", found \"input_text\" (a full prompt).");

    private static CheckExample[] Examples(PoolFile file, int from) =>
        [.. file.Texts.Select((text, i) => new CheckExample(from + i, new Example(text, file.Answers[i]), file.Random[i]))];

    private static CheckResult Check(Estimator estimator, CheckRequest request, Output output, CancellationToken cancel)
    {
        using var run = estimator.BeginCheck(request);
        CheckPhase? phase = null;
        try
        {
            do
            {
                var now = run.Progress;
                if (phase != now.Phase) output.Progress($"{now.Phase}: {100 * now.Share:0} % of the most it may take");
                else output.Redraw($"{now.Step} of {now.Steps}{(now.Loss is { } loss ? $", loss {loss:0.000}" : "")}"
                    + (now.ValidationLoss is { } looked ? $", on the part held out {looked:0.000}" : ""));
                phase = now.Phase;
            }
            while (run.Step(cancel: cancel));
        }
        catch (OperationCanceledException)
        {
            run.Save();
            throw;
        }
        output.Redraw("");
        return run.Result;
    }

    private static void Print(CheckResult result, double ceiling, bool json, Output output)
    {
        var point = CheckPoints.HasGap(result.ZeroShot, ceiling) ? CheckPoints.Of(result, ceiling) : null;
        if (json)
        {
            output.Json(new { result, point });
            return;
        }
        output.Line($"Trained on {result.Examples:N0} labels, at most {result.Steps} steps at rate {result.Rate}, in {result.Seconds:0} s");
        output.Line($"Score {result.Score:0.000} on {result.Tested:N0} examples; untrained {result.ZeroShot:0.000}"
            + (result.LabelRanking is { } ranked ? $"; labels ranked {ranked:0.000}" : ""));
        output.Line(point is null ? $"The untrained model is within {Target.SmallestGap} of the ceiling {ceiling}: no share of the way"
            : $"Share of the way {point.Y:0.000} +- {point.StandardError:0.000}" + (point.StandardError <= MeasuredRun.LargestStandardError
                ? "" : $"; {CheckPoints.SmallestTest(result.Score, result.ZeroShot, ceiling):N0} test examples would make that 0.05"));
        if (result.KeptFolder is { } kept) output.Line($"The model trained on all labels lies in {kept}");
    }
}
