// `budget`: the label need of a target from a predicted area and measured points, with no model at hand (decision sections 6 and 8).
using System.CommandLine;
using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Cli;

public sealed class BudgetVerb : Verb
{
    private readonly Option<double> _target = new("--target")
    {
        Description = "Target as a share of the way from zero-shot to ceiling, above 0 and at most 1 (above .95 it is taken as .95).",
        Required = true,
    };
    private readonly Option<double?> _auc = new("--auc")
    {
        Description = "Predicted area under the data-efficiency curve, e.g. c CoS-Low + I. Without it: what the published curves say about "
            + "any task.",
    };
    private readonly Option<double?> _scale = new("--auc-scale")
    {
        Description = "Scale of the prediction's t(3) error. Default: .078, that of the published coefficients.",
    };
    private readonly Option<double?> _cosLow = new("--cos-low") { Description = "Instead of --auc: CoS-Low, with --published." };
    private readonly Option<string?> _published = new("--published")
    {
        Description = "Whose published coefficients turn CoS-Low into an area (full fine-tuning, 5,000 labels): "
            + $"{string.Join(", ", PublishedFit.All.Select(f => f.Model))}. They hold for no other model.",
    };
    private readonly Option<string?> _points = new("--points")
    {
        Description = "Measured fine-tunes as \"n:y:se,n:y:se\": examples, share of the way, its standard error.",
    };

    public BudgetVerb() : base("budget", "Forecast the labels a target needs from a predicted area and measured points.")
    {
        foreach (var option in new Option[] { _target, _auc, _scale, _cosLow, _published, _points }) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var share = arguments.GetValue(_target);
        if (!(share is > 0 and <= 1))
            throw new ArgumentException($"--target {share} must be above 0 and at most 1: a share of the way from zero-shot to ceiling.");
        if (share > StopRule.HighestShare)
        {
            output.Progress($"--target {share} is taken as {StopRule.HighestShare}: above it the curves say nothing.");
            share = StopRule.HighestShare;
        }
        if (arguments.GetValue(_auc) is not null && arguments.GetValue(_cosLow) is not null)
            throw new ArgumentException("--auc and --cos-low are two ways to say one thing; give one.");
        var fit = Published(arguments);
        var predicted = arguments.GetValue(_auc)
            ?? AreaPrediction.Of(fit?.Fit, arguments.GetValue(_cosLow), CosLow.Size, 0).Prediction?.Auc;
        var predictedScale = arguments.GetValue(_scale);
        if (predicted is { } p && !(p is > 0 and < 1)) throw new ArgumentException($"--auc {p} must lie between 0 and 1.");
        if (predictedScale is { } s && !(s > 0 && double.IsFinite(s))) throw new ArgumentException($"--auc-scale {s} must be above 0.");
        if (predicted is null && predictedScale is not null) throw new ArgumentException("--auc-scale needs --auc or --cos-low.");

        var prediction = predicted is { } value ? new AucPrediction(value, predictedScale ?? PublishedFit.AucScale) : null;
        Check[] points = [.. ParsePoints(arguments.GetValue(_points)).OrderBy(p => p.Examples)];
        var forecast = PosteriorForecast.Of(share, prediction, points);
        var result = PosteriorOutput.Of(forecast.Posterior, prediction is null ? null : PaperFormula.LabelsNeeded(prediction.Auc, share))
            with
        {
            PublishedFit = fit?.Model,
            OtherMethods = OtherNeeds.Of(share, Yardstick.Of(null, fit), arguments.GetValue(_cosLow), CosLow.Size, null, points),
        };
        if (arguments.GetValue(Json)) output.Json(result);
        else
        {
            if (fit is not null) output.Line(StopOutput.Reservation(fit));
            result.Print(output);
        }
    }

    private PublishedFit? Published(ParseResult arguments)
    {
        var (signal, model) = (arguments.GetValue(_cosLow), arguments.GetValue(_published));
        if (signal is null && model is null) return null;
        if (signal is not { } s || model is null) throw new ArgumentException("--cos-low and --published go together.");
        if (!(s is >= -1 and <= 1)) throw new ArgumentException($"--cos-low {s} must lie between -1 and 1.");
        return PublishedFit.Find(model)
            ?? throw new ArgumentException($"--published: '{model}' has no published coefficients; calibrate the model instead.");
    }

    private static Check[] ParsePoints(string? text)
    {
        if (text is null) return [];
        return [.. text.Split(',', StringSplitOptions.TrimEntries).Select(point =>
        {
            var fields = point.Split(':', StringSplitOptions.TrimEntries);
            if (fields.Length == 3 && int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                && Number(fields[1], out var y) && Number(fields[2], out var se)) return new Check(n, y, se);
            throw new ArgumentException(
                $"--points: '{point}' is not n:y:se, e.g. 200:.35:.02 (examples, share of the way, its standard error).");
        })];
    }

    private static bool Number(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
