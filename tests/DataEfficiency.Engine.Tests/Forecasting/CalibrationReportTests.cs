using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class CalibrationReportTests
{
    private static CalibrationTask Task(string name, double cosLow, double auc, params TaskSignal[] signals) =>
        new(name, cosLow, .01, 1, auc, [], false, 1, signals.Length > 0 ? signals : null);

    private static Calibration Of(params CalibrationTask[] tasks) =>
        CalibrationFile.LoadBeside(Path.Combine(AppContext.BaseDirectory, "BundledModel"))! with { Tasks = tasks };

    // A probe that knows the area, a CoS-Low that does not.
    [Fact]
    public void Of_AProbeThatKnowsTheArea_ServesWithItsErrorAndInterval()
    {
        double[] areas = [.2, .3, .4, .5, .6, .7, .8, .35, .55, .45];
        var report = CalibrationReport.Of(Of([.. areas.Select((a, i) => Task($"task {i}", i % 2, a,
            new(AreaSignal.CosLow, 32, 1, i % 2), new(AreaSignal.Probe, 50, 1, a - .01), new(AreaSignal.Probe, 50, 2, a + .01)))]))!;
        var probe = Assert.Single(report.Probes);
        Assert.Equal((AreaSignal.Probe, 50, (AreaSignal?)AreaSignal.Probe), (probe.Line.Signal, probe.Line.Examples, probe.Errors.Chosen));
        Assert.InRange(probe.Line.Error, 0, .02);
        Assert.Equal(probe.Line.Error, probe.Errors.Probe!.Value, 1e-12);
        Assert.Equal(areas.Average(), report.MeanArea, 1e-12);
        // the mean's error by hand: each area against the mean of the nine others
        Assert.Equal(areas.Average(a => Math.Abs((areas.Sum() - a) / 9 - a)), report.CosLow.MeanError, 1e-12);
        Assert.True(report.CosLow.Gain.High >= 0, $"{report.CosLow.Gain}");
        Assert.True(probe.Line.Gain is { High: < 0, Low: var low, Mean: var mean } && low <= mean, $"{probe.Line.Gain}");
        Assert.Equal(.2, probe.Line.Points.Single(p => p.Task == "task 0").Value, 1e-12);
    }

    [Fact]
    public void Of_WithoutProbesOrEnoughTasks_CosLowAloneOrNothing()
    {
        var eight = Enumerable.Range(0, 8).Select(i => Task($"task {i}", .1 * i, .2 + .05 * i)).ToArray();
        var report = CalibrationReport.Of(Of(eight))!;
        Assert.Empty(report.Probes);
        Assert.InRange(report.CosLow.Error, 0, 1e-9);
        Assert.Null(CalibrationReport.Of(Of(eight[1..])));
    }
}
