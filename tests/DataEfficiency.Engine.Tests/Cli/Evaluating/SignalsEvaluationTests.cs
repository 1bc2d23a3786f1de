using DataEfficiency.Cli.Evaluating;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Cli.Evaluating;

/// <summary>The table of signals on a planted calibration, where the probe knows the area and CoS-Low does not.</summary>
public sealed class SignalsEvaluationTests
{
    [Fact]
    public void Rows_WhereTheProbeKnows_HaveItsSmallErrorBesideTheMeans()
    {
        var rows = new SignalsEvaluation(Planted(24), .9).Rows(default);

        SignalsRow Of(string labels, string from, string curves = "grid") =>
            rows.Single(r => (r.Labels, r.From, r.Curves) == (labels, from, curves));
        var (mean, probe) = (Of("0", "mean"), Of("32 low + 50 random", "probe"));
        Assert.Equal((24, 0), (mean.Tasks, mean.Gain.Mean));
        Assert.True(probe.AreaError < mean.AreaError / 2, $"{probe.AreaError} beside {mean.AreaError}");
        Assert.True(probe.Gain is { High: < 0 } gain && gain.Low <= gain.Mean && gain.Mean <= gain.High);
        Assert.True(Of("32 low", "CoS-Low").AreaError > mean.AreaError * .8);
        // where the probe is the better signal the choice is the probe
        Assert.Equal(probe.AreaError, Of("32 low + 50 random", "chosen").AreaError, 1e-2);
        Assert.True(Of("0", "mean", "mixture").AreaError < .2);
        Assert.All(rows, r => Assert.True(r.Bits is null or >= 0 && r.Covered is null or (>= 0 and <= 1)));
    }

    [Fact]
    public void Rows_OfTooFewTasks_AreRefused() =>
        Assert.Contains("8 tasks", Assert.Throws<ArgumentException>(() => new SignalsEvaluation(Planted(8), .9)).Message);

    // Beside the weights, or the file that is named: a folder without one, and one of other weights, tell apart which is read.
    [Fact]
    public void Verb_ReadsTheModelsOwnCalibrationOrTheNamedFile()
    {
        using var model = new TinyModel();
        var named = Path.Combine(model.Folder, "elsewhere.json");
        CalibrationFile.Save(named, Planted(12));
        string[] verb = ["evaluate-signals", "--model", model.Folder];
        Assert.Contains("no calibration of these weights", CommandLineTests.Run(verb).Error);
        Assert.Equal(12, CommandLineTests.Json([.. verb, "--calibration", named])[0].GetProperty("tasks").GetInt32());
        CalibrationFile.Save(CalibrationFile.PathIn(model.Folder),
            Planted(10) with { WeightsSha256 = ModelFolder.Inspect(model.Folder).WeightsSha256 });
        Assert.Equal(10, CommandLineTests.Json(verb)[0].GetProperty("tasks").GetInt32());
    }

    // curves y = x^p of areas .25 to .75: score at n, areas as the trapezoid says
    private static Calibration Planted(int count)
    {
        var tasks = Enumerable.Range(0, count).Select(i =>
        {
            var wanted = .25 + .5 * i / (count - 1);
            var power = (1 - wanted) / wanted;
            CalibrationRun[] runs = [.. LabelAxis.Budgets
                .Select(n => new CalibrationRun(n, n == 0 ? 0 : Math.Pow(LabelAxis.X(n), power), 0, 1, 1, 1))];
            var auc = DataEfficiencyCurve.Of(runs.ToDictionary(r => r.Examples, r => r.Score), 1).Auc;
            var noise = i * 7 % 5 * .1;
            return new CalibrationTask($"task {i}", noise, .02, 1, auc, runs, false, 1, [.. Enumerable.Range(1, 2).SelectMany(draw =>
                (TaskSignal[])[new(AreaSignal.CosLow, 32, draw, noise), new(AreaSignal.Probe, 50, draw, auc + .01 * draw)])]);
        }).ToArray();
        var fit = CalibrationFit.Of(tasks);
        return new(1, "planted", "abc", "full", new CalibrationRecipe(1, 64, 32, 1e-3, 16, 200, 20, 5, 200, 1000, LabelAxis.Budgets, [], 2),
            tasks, fit?.Coefficient, fit?.Intercept, fit?.LeaveOneOutError, fit?.MeanBaselineError, 1);
    }
}
