
using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Calibrating;

/// <summary>What is committed beside the binaries: the model and the calibration that was measured on exactly these weights.</summary>
public sealed class BundledModelTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "BundledModel");

    private static Calibration Measured =>
        CalibrationFile.LoadBeside(Folder) ?? throw new InvalidOperationException("BundledModel has no calibration.json.");

    [Fact]
    public void Folder_IsSmallAndTakesLongPrompts()
    {
        Assert.True(Directory.GetFiles(Folder).Sum(f => new FileInfo(f).Length) <= 12L << 20);
        using var decoder = Decoder.Load(Folder);
        Assert.InRange(decoder.Parameters.Count, 500_000, 3_000_000);
        Assert.True(decoder.Config.ContextLength >= 2048);
    }

    [Fact]
    public void Calibration_IsFullAndOfTheseWeights()
    {
        Assert.Equal(WeightFiles.Sha256(Folder), Measured.WeightsSha256);
        Assert.Equal("full", Measured.Profile);
        Assert.Equal(LabelAxis.Budgets, Measured.Recipe.Budgets);
        var fitted = CalibrationFit.Fitted(Measured.Tasks);
        Assert.True(fitted.Count >= 16, $"{fitted.Count} tasks");
        Assert.All(fitted, t => Assert.Equal(LabelAxis.Budgets, t.Runs.Select(r => r.Examples)));
    }

    [Fact]
    public void Calibration_FitAndAreas_FollowFromItsRuns()
    {
        var fit = CalibrationFit.Of(Measured.Tasks)!;
        Assert.Equal(Measured.Coefficient!.Value, fit.Coefficient, 1e-9);
        Assert.Equal(Measured.Intercept!.Value, fit.Intercept, 1e-9);
        Assert.Equal(Measured.LeaveOneOutError!.Value, fit.LeaveOneOutError, 1e-9);
        Assert.Equal(Measured.MeanBaselineError!.Value, fit.MeanBaselineError, 1e-9);
        Assert.All(CalibrationFit.Fitted(Measured.Tasks), t =>
            Assert.Equal(DataEfficiencyCurve.Of(t.Runs.ToDictionary(r => r.Examples, r => r.Score), t.Ceiling).Auc, t.Auc!.Value, 1e-9));
    }

    [Fact]
    public void Calibration_Tasks_SpreadFromEasyToNotLearnt()
    {
        double BestUpTo(CalibrationTask task, int examples)
        {
            var zeroShot = task.Runs.Single(r => r.Examples == 0).Score;
            return (task.Runs.Where(r => r.Examples <= examples).Max(r => r.Score) - zeroShot) / (task.Ceiling - zeroShot);
        }
        var fitted = CalibrationFit.Fitted(Measured.Tasks);
        Assert.True(fitted.Count(t => BestUpTo(t, 100) >= .9) >= 3, "tasks learnt within 100 examples");
        Assert.True(fitted.Count(t => BestUpTo(t, 2500) < .7) >= 3, "tasks not learnt by 2,500 examples");
    }

    [Fact]
    public void Calibration_CosLowOfATask_IsMeasuredAgain()
    {
        var task = ReferenceTaskList.Find("bank-4");
        using var estimator = Estimator.Load(Folder, PromptBuilder.Load(Folder), new EngineOptions { Device = "cpu", Threads = 1 });
        Assert.NotNull(estimator.Calibration);
        var expected = Measured.Tasks.Single(t => t.Name == task.Name);
        using var copy = new FolderCopy(Folder);
        var signals = new Engine.Calibrating.Calibrator(copy.Path, PromptBuilder.Load(copy.Path),
            CalibrationOptions.Of(CalibrationOptions.SignalsOnly) with
            {
                Tasks = [task], PoolSize = CalibrationOptions.Of(CalibrationOptions.Full).PoolSize, Draws = 2,
            }, new EngineOptions { Device = "cpu" }).Run().Tasks[0];
        Assert.Equal(expected.CosLow, signals.CosLow, 1e-3);
        Assert.Equal(expected.CosLowStandardError, signals.CosLowStandardError, 1e-3);
        Assert.Equal(expected.Signals!.Count, signals.Signals!.Count);
        // a label near the border between two answers may fall on the other side on another machine
        foreach (var (wanted, found) in expected.Signals.Zip(signals.Signals))
        {
            Assert.Equal((wanted.Kind, wanted.Examples, wanted.Draw), (found.Kind, found.Examples, found.Draw));
            Assert.Equal(wanted.Value, found.Value, .1);
            if (wanted.Kind == AreaSignal.CosLow) continue;
            Assert.Equal(wanted.Accuracy!.Value, found.Accuracy!.Value, .1);
            Assert.Equal(wanted.ZeroShot!.Value, found.ZeroShot!.Value, .1);
        }
    }

    [Fact]
    public void Calibration_OfToday_HasTheProbeOfEveryNumber_WhichTellsTasksApart()
    {
        Assert.False(Measured.IsOfOlderRecipe);
        Assert.Equal(ReferenceTaskList.Fitted.Select(t => t.Name).Order(),
            CalibrationFit.Fitted(Measured.Tasks).Select(t => t.Name).Order());
        var fits = SignalFits.Of(Measured)!;
        foreach (var n in (int[])[32, 50, 100, 200])
        {
            var errors = fits.At(AreaSignal.Probe, n, withCosLow: true, onTheWay: true)!.Value.Errors;
            Assert.Equal(AreaSignal.Probe, errors.Chosen);
            Assert.True(errors.Error < .75 * errors.Mean, $"{n} random labels: {errors.Error:0.000}, the mean {errors.Mean:0.000}");
        }
        Assert.Equal(ReferenceTaskList.Fitted.Count, Yardstick.Of(Measured).Library!.Count);
    }

    private sealed class FolderCopy : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("bundled-").FullName;

        public FolderCopy(string from)
        {
            foreach (var file in Directory.GetFiles(from).Where(f => System.IO.Path.GetFileName(f) != CalibrationFile.Name))
                File.Copy(file, System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file)));
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
