using DataEfficiency.Engine.Forecasting;
using Xunit;

namespace DataEfficiency.Engine.Tests.Forecasting;

/// <summary>Which signal a model's calibration chooses, and what the choice is worth where it could not look.</summary>
public sealed class SignalChoiceTests
{
    [Fact]
    public void At_ASignalThatTellsTheArea_IsChosen_ByHowMuchItIsBetter()
    {
        var fits = SignalFits.Of(Calibration(probe: auc => auc * 2 - .3, cosLow: _ => .1))!;

        var (errors, probe, _) = fits.At(AreaSignal.Probe, 50, withCosLow: true)!.Value;
        Assert.Equal(AreaSignal.Probe, errors.Chosen);
        Assert.Equal((0, 0, 24), (Math.Round(errors.Error, 9), Math.Round(errors.Probe!.Value, 9), errors.Tasks));
        Assert.True(errors.Mean > .1 && errors.CosLow > .1);
        Assert.Equal((.5, .15), (Math.Round(probe.Coefficient, 9), Math.Round(probe.Intercept, 9)));
    }

    [Fact]
    public void At_SignalsOfNoise_TakesTheMean_OrIsNoWorseByMuch()
    {
        var random = new Random(3);
        var fits = SignalFits.Of(Calibration(_ => random.NextDouble(), _ => random.NextDouble()))!;

        var errors = fits.At(AreaSignal.Probe, 50, withCosLow: true)!.Value.Errors;
        Assert.Null(errors.Chosen);
        // honest: the nested error of choosing is not below that of what was chosen
        Assert.True(errors.Error >= errors.Mean - 1e-12);
    }

    [Fact]
    public void At_BetweenTwoNumbers_IsLinearInLogN_AndOutsideTheNearest()
    {
        var fits = SignalFits.Of(Calibration(auc => auc, _ => .1, scaleAt32: 2))!;

        AreaPoint At(int n) => fits.At(AreaSignal.Probe, n, withCosLow: false)!.Value.Probe;
        Assert.Equal(.5, At(16).Coefficient, 9);
        Assert.Equal(.5, At(32).Coefficient, 9);
        Assert.Equal(1, At(50).Coefficient, 9);
        Assert.Equal(1, At(900).Coefficient, 9);
        Assert.Equal(.75, At(40).Coefficient, 9);
        Assert.Null(fits.At(AreaSignal.ProbeOfLow, 32, withCosLow: false));
    }

    [Fact]
    public void Of_CalibrationWithoutSignals_OrWithFewTasks_IsNone()
    {
        Assert.Null(SignalFits.Of(null));
        Assert.Null(SignalFits.Of(Calibration(a => a, a => a, tasks: 7)));
    }

    [Fact]
    public void Of_AProjectsProbe_PredictsTheArea_AndAFallingSignalIsNotUsed()
    {
        var probe = new ProbeReading(AreaSignal.Probe, 50, new ProbeScore(132, 50, .7, .6), null);
        var good = Yardstick.Of(Calibration(auc => auc, _ => .1));
        var falling = Yardstick.Of(Calibration(auc => -auc, _ => .1));

        var (prediction, remark, signals) = AreaPrediction.Of(good, .1, 32, .02, probe);
        Assert.Equal((.6, null, AreaSignal.Probe), (Math.Round(prediction!.Auc, 6), remark, signals.Used));
        Assert.Equal(.005, prediction.Scale, 6);
        // the same labels were fine-tuned on: two readings of one thing
        Assert.Equal(1.25 * prediction.Scale, AreaPrediction.Of(good, .1, 32, .02, probe, isChecked: true).Prediction!.Scale, 12);
        var (mean, instead, none) = AreaPrediction.Of(falling, .1, 32, .02, probe);
        Assert.IsType<MeanInstead>(instead);
        Assert.Null(none.Used);
        Assert.Equal(.53, mean!.Auc, 6);
    }

    // Half of the tasks are answered by chance already: the same accuracy is less to gain there.
    [Fact]
    public void Of_TasksThatBeginElsewhere_IsReadOnTheScoresScale_WhereTheLabelsKnowTheModelsAnswers()
    {
        var planted = Calibration(_ => 0, _ => .1);
        CalibrationTask[] tasks = [.. planted.Tasks.Select((task, i) => task with
        {
            Signals = [.. task.Signals!.Select(s => s.Kind == AreaSignal.CosLow ? s
                : new TaskSignal(s.Kind, s.Examples, s.Draw, 0, Accuracy(i % 2 * .5, task.Auc!.Value), i % 2 * .5))],
        })];
        double Accuracy(double zero, double way) => zero + way * (1 - zero);
        var yardstick = Yardstick.Of(planted with { Tasks = tasks });
        AucPrediction? Of(ProbeScore score, double ceiling) => AreaPrediction.Of(yardstick, .1, 32, .02,
            new ProbeReading(AreaSignal.Probe, 50, score, null), ceiling: ceiling).Prediction;

        Assert.Equal(.4, Of(new(132, 50, .7, 0, .5), 1)!.Auc, 6);
        Assert.Equal(.7, Of(new(132, 50, .7, 0, 0), 1)!.Auc, 6);
        Assert.Equal(.5, Of(new(132, 50, .7, 0, .5), .9)!.Auc, 6);
        // one task that was measured without them: all are read by chance alone, and none is left out
        var joined = Yardstick.Of(planted with { Tasks = [planted.Tasks[0], .. tasks[1..]] }).Signals!;
        Assert.Equal(24, joined.Of(AreaSignal.Probe, 50, new(132, 50, .7, .4, .5), 1, withCosLow: false)!.Value.Errors.Tasks);
        Assert.Null(joined.At(AreaSignal.Probe, 50, withCosLow: false, onTheWay: true));
        // no answers of the model: by chance alone, which tells these tasks not apart
        Assert.Equal(.53, Of(new(132, 50, .7, .4), 1)!.Auc, 6);
    }

    /// <summary>Tasks of areas .3 to .76, two draws each.</summary>
    private static Calibration Calibration(Func<double, double> probe, Func<double, double> cosLow, double scaleAt32 = 1, int tasks = 24)
    {
        CalibrationTask[] all = [.. Enumerable.Range(0, tasks).Select(i => .3 + .02 * i).Select(auc => new CalibrationTask($"{auc:0.00}",
            cosLow(auc), .02, 1, auc, [], false, 1, [.. Enumerable.Range(1, 2).SelectMany(draw => (TaskSignal[])
            [
                new(AreaSignal.CosLow, 32, draw, cosLow(auc)), new(AreaSignal.Probe, 32, draw, scaleAt32 * probe(auc)),
                new(AreaSignal.Probe, 50, draw, probe(auc)),
            ])]))];
        var fit = CalibrationFit.Of(all);
        return new(1, "planted", "abc", "full", new CalibrationRecipe(1, 64, 32, 1e-3, 16, 200, 20, 5, 200, 1000, [0], [], 2), all,
            fit?.Coefficient, fit?.Intercept, fit?.LeaveOneOutError, fit?.MeanBaselineError, 1);
    }
}
