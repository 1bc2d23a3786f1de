
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class ForecasterTests
{
    [Fact]
    public void Forecast_Calibrated32_IsTheRouteByHand()
    {
        var estimate = Run(32, Calibration());
        var s = estimate.CosLow.Median!.Value;
        var auc = .5 * s + .3;
        Close.To(auc, estimate.Auc);
        Close.To(Math.Sqrt(.088 / 1.1 * .088 / 1.1 + Math.Pow(.5 * estimate.CosLow.StandardError!.Value, 2)), estimate.AucScale);
        Close.To(PaperFormula.LabelsNeeded(auc, .9), estimate.LabelsNeededPaper);
        Assert.Equal(PosteriorForecast.Of(.9, new(auc, estimate.AucScale!.Value)).Posterior.Median, estimate.Posterior.Median);
        Assert.Equal(("A", Advice.KeepLabeling, true), (estimate.Stop.Rule, estimate.Stop.Advice, estimate.Calibrated));
        Assert.Equal(estimate.Stop.PEnough / estimate.Posterior.PReach, estimate.Stop.PEnoughIfReachable);
        Assert.True(estimate.Stop.PEnoughIfReachable >= .9);
        Assert.Equal((7, 10), (estimate.HarderThan, estimate.ReferenceTasks));
        Assert.Equal(new SafeCount(estimate.Stop.At!.Value, 5000, .10), estimate.Stop.Reason);
        Assert.Equal(AreaSource.Calibration, estimate.AreaSource);
        Assert.Null(estimate.AreaRemark);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(8, true)]
    [InlineData(31, true)]
    public void Forecast_Below32_GivesNoAdvice(int m, bool area)
    {
        var estimate = Run(m, Calibration());
        Assert.Equal(new StopAdvice("none", null, Advice.None, null, null, new FewFirstLabels(m)), estimate.Stop);
        Assert.Equal(area, estimate.Auc is not null);
        Assert.Equal(area, estimate.LabelsNeededPaper is not null);
        Assert.Equal(m >= 8, estimate.CosLow.Low is not null);
        Assert.True(estimate.Calibrated);
    }

    [Fact]
    public void Forecast_NoCalibration_GivesThePosteriorOfAnyTask()
    {
        var estimate = Run(32, null);
        Assert.Equal((null, null, null, null, null),
            (estimate.Auc, estimate.AucScale, estimate.LabelsNeededPaper, estimate.HarderThan, estimate.ReferenceTasks));
        Close.To(.593229, estimate.Posterior.PReach);
        Assert.Equal(("none", null, Advice.None), (estimate.Stop.Rule, estimate.Stop.At, estimate.Stop.Advice));
        Assert.Equal(new NoFit(), estimate.Stop.Reason);
        Assert.Equal((false, false, null), (estimate.Calibrated, estimate.HasFit, estimate.AreaSource));
    }

    [Fact]
    public void Forecast_SevenFittedTasks_IsNotCalibratedButRanked()
    {
        var calibration = Calibration();
        var few = calibration with { Tasks = [.. calibration.Tasks.Select((t, i) => i < 7 ? t : t with { Auc = null })] };
        var estimate = Run(32, few);
        Assert.False(estimate.Calibrated);
        Assert.Null(estimate.Auc);
        Assert.Equal((7, 10), (estimate.HarderThan, estimate.ReferenceTasks));
    }

    [Theory]
    [InlineData(-.2, .05, .12)]
    [InlineData(.5, .13, .12)]
    [InlineData(.5, .12, .12)]
    public void Forecast_CosLowDoesNotTellTasksApart_TakesTheMeanAndSaysSo(double c, double error, double baseline)
    {
        var estimate = Run(32, Calibration() with { Coefficient = c, LeaveOneOutError = error, MeanBaselineError = baseline });
        Close.To(Calibration().Tasks.Average(t => t.Auc!.Value), estimate.Auc);
        Close.To(baseline / 1.1, estimate.AucScale);
        var mean = Assert.IsType<MeanInstead>(estimate.AreaRemark);
        Assert.Equal((c, baseline), (mean.Slope, mean.MeanError));
        Close.To(error, mean.Error);
    }

    [Fact]
    public void Forecast_PredictionOutsideItsRange_IsClippedAndSaidSo()
    {
        var estimate = Run(32, Calibration() with { Intercept = 1.2 });
        Assert.Equal(.9, estimate.Auc);
        Close.To(1.2 + .5 * estimate.CosLow.Median!.Value, Assert.IsType<AreaClipped>(estimate.AreaRemark).Raw);
    }

    [Fact]
    public void Forecast_EnoughLabels_RuleAStops()
    {
        var at = Run(32, Calibration()).Stop.At!.Value;
        Assert.Equal(Advice.KeepLabeling, Run(32, Calibration(), r => r with { Labels = at - 1 }).Stop.Advice);
        Assert.Equal(Advice.Stop, Run(32, Calibration(), r => r with { Labels = at }).Stop.Advice);
        var capped = Run(32, Calibration(), r => r with { Cap = 700 }).Stop;
        Assert.Equal(700, capped.At);
        Assert.Equal(new SafeCount(at, 700, .10), capped.Reason);
    }

    [Fact]
    public void Forecast_SmallCap_ShowsTheChanceWithinIt()
    {
        var estimate = Run(32, Calibration(), r => r with { Cap = 500 });
        Assert.Equal(estimate.Posterior.PSuffices[500], estimate.Posterior.PWithinCap);
        Assert.Equal(estimate.Posterior.PReach, Run(32, Calibration(), r => r with { Cap = 20_000 }).Posterior.PWithinCap, 12);
    }

    [Fact]
    public void Forecast_ConvincingRun_RuleBStops()
    {
        var estimate = Run(32, null, r => r with { Target = Target.Raw(.8, .3, .9), Measured = [new(200, .5, 1000), new(800, .87, 1000)] });
        Assert.Equal(("B", 800, Advice.Stop), (estimate.Stop.Rule, estimate.Stop.At, estimate.Stop.Advice));
        Assert.True(estimate.Posterior.PTargetMet >= StopRule.Confidence);
        var run = Assert.IsType<MeasuredRun>(estimate.Stop.Reason);
        Assert.Equal((RunOutcome.TargetMet, 800, false, false), (run.Outcome, run.Examples, run.SmallTest, run.Unlikely));
        Close.To(.57 / .6, run.Share);
        Assert.Equal(estimate.Posterior.PTargetMet, run.PTargetMet);
    }

    [Fact]
    public void Forecast_LuckyRunOnASmallTestSet_KeepsLabelingAndSaysWhy()
    {
        var estimate = Run(32, null, r => r with { Target = Target.Raw(.8, .3, .9), Measured = [new(200, .5, 60), new(800, .81, 60)] });
        Assert.Equal(Advice.KeepLabeling, estimate.Stop.Advice);
        Assert.Equal(Math.Min(estimate.Posterior.NextCheck, 5000), estimate.Stop.At);
        Assert.InRange(estimate.Stop.At!.Value, 1200, 3200);
        var run = Assert.IsType<MeasuredRun>(estimate.Stop.Reason);
        Assert.Equal((RunOutcome.NotYet, 800, true), (run.Outcome, run.Examples, run.SmallTest));
        Close.To(Math.Sqrt(.81 * .19 / 60) / .6, run.StandardError);
    }

    [Fact]
    public void Forecast_RunAtTheCap_StopsForTheBudget()
    {
        var estimate = Run(32, null, r =>
            r with { Target = Target.Raw(.8, .3, .9), Cap = 1000, Measured = [new(200, .4, 1000), new(1000, .5, 1000)] });
        Assert.Equal(("B", 1000, Advice.Stop), (estimate.Stop.Rule, estimate.Stop.At, estimate.Stop.Advice));
        Assert.Equal(RunOutcome.BudgetUsedUp, Assert.IsType<MeasuredRun>(estimate.Stop.Reason).Outcome);
    }

    [Fact]
    public void Forecast_FlatCurve_SaysThatTheTargetIsUnlikely()
    {
        var estimate = Run(32, null, r =>
            r with { Target = Target.Raw(.85, .3, .9), Measured = [new(200, .30, 2000), new(2500, .32, 2000)] });
        Assert.Equal(Advice.KeepLabeling, estimate.Stop.Advice);
        Assert.True(estimate.Posterior.PReach <= .05);
        Assert.True(Assert.IsType<MeasuredRun>(estimate.Stop.Reason).Unlikely);
    }

    [Fact]
    public void Forecast_MeasuredScores_BecomeSharesOfTheWay()
    {
        var scale = TargetScale.Of(Target.Raw(.8, .3, .9), [new(400, .5, 100), new(100, .6, 100), new(0, .3, 100)]);
        Assert.Equal([100, 400], scale.Checks.Select(c => c.Examples));
        Assert.Equal([.5, .333333], scale.Checks.Select(c => Math.Round(c.Y, 6)));
        Close.To(.2 / .6, scale.LastShare);
        Close.To(Math.Sqrt(.5 * .5 / 100) / .6, scale.Checks[1].StandardError);
        // no test set is sharper than one of a score of .05 or .95 or so
        Close.To(Math.Sqrt(.0025 / 100) / .6, TargetScale.Of(Target.Raw(.8, .3, .9), [new(100, 0, 100)]).Checks[0].StandardError);
    }

    [Fact]
    public void Forecast_TargetAboveTheCurves_IsTakenAs95AndSaidSo()
    {
        var estimate = Run(32, Calibration(), r => r with { Target = new(.99) });
        Assert.Equal(.95, estimate.Target.Share);
        Assert.Equal(.99, estimate.AskedShare);
        Assert.Null(Run(32, Calibration()).AskedShare);
    }

    [Fact]
    public void Forecast_TargetMetByZeroShot_StopsNow()
    {
        var estimate = Run(3, null, r => r with { Target = Target.Raw(.3, .4, .9) });
        Assert.Equal(new StopAdvice("B", null, Advice.Stop, 1, 1, new MetUntrained()), estimate.Stop);
        Assert.Equal((1, 1), (Math.Round(estimate.Posterior.PReach, 9), estimate.Posterior.Median));
    }

    [Fact]
    public void Forecast_UnusableRequest_SaysWhatToChange()
    {
        Assert.Contains("zero-shot score and a ceiling", Error(r => r with { Measured = [new(100, .5, 100)] }));
        Assert.Contains("6000", Error(r => r with { Measured = [new(6000, .5, 100)] }));
        Assert.Contains("between 0 and 1", Error(r => r with { Measured = [new(100, 50, 100)] }));
        Assert.Contains("test set", Error(r => r with { Measured = [new(100, .5, 0)] }));
        Assert.Contains("share of the way", Error(r => r with { Target = new(1.2) }));
        Assert.Contains("at least 0.02", Error(r => r with { Target = new(.9, .89, .9) }));
        Assert.Contains("cap", Error(r => r with { Cap = 0 }));
    }

    [Fact]
    public void Forecast_Any_CarriesHowItWasMade()
    {
        var estimate = Run(32, Calibration(), r => r with { Labels = 210 });
        Assert.Equal((AreaMethod.CosLow, 210, 0, false), (estimate.Method, estimate.Labels, estimate.Checks, estimate.IsMeasured));
        Close.To(.088, estimate.AreaError);
        Assert.Equal(8, estimate.OtherMethods.Count);
        var mean = Run(32, Calibration() with { LeaveOneOutError = .13 });
        Assert.Equal(AreaMethod.MeanOfTasks, mean.Method);
        Close.To(.12, mean.AreaError);
        var measured = Run(32, null, r => r with { Target = Target.Raw(.8, .3, .9), Measured = [new(200, .5, 1000)] });
        Assert.Equal((AreaMethod.None, 32, 1, true, null),
            (measured.Method, measured.Labels, measured.Checks, measured.IsMeasured, measured.AreaError));
    }

    internal static Calibration Calibration()
    {
        CalibrationTask Task(int i) =>
            new($"task{i}", .05 + .07 * i, .02, 1, .3 + .5 * (.05 + .07 * i), [new(50, .4, 1.2, 60, 1, 3.5)], false, 12);
        return new(CalibrationFile.Version, "m", "0", "full", new(1, 64, 32, 3e-4, 32, 300, 20, 5, 200, 1000, [0, 50, 5000], ["a", "b"]),
            [.. Enumerable.Range(0, 10).Select(Task)], .5, .3, .088, .12, 100);
    }

    private static string Error(Func<ForecastRequest, ForecastRequest> change) =>
        Assert.Throws<ArgumentException>(() => Run(32, null, change)).Message;

    private static Estimate Run(int m, Calibration? calibration, Func<ForecastRequest, ForecastRequest>? change = null) =>
        RunWith(m, Yardstick.Of(calibration), change);

    internal static Estimate RunWith(int m, Yardstick yardstick, Func<ForecastRequest, ForecastRequest>? change = null)
    {
        var answers = CosLowStatisticsTests.Answers(m);
        var request = new ForecastRequest(null, [.. answers.Select(a => new Example("text", a))], new(.9), 5000);
        var cosines = m < 2 ? [.. Enumerable.Range(0, m).Select(_ => new[] { 1.0 })] : CosLowStatisticsTests.Matrix(m);
        return Forecaster.Forecast(change?.Invoke(request) ?? request, cosines, [.. answers.Select(_ => (double?)1)], [], answers,
            yardstick);
    }
}
