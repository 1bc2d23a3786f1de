
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class CalibrationFitTests
{
    // CoS-Low / AUC of Llama, read off the paper's scatter.
    private static readonly (double CosLow, double Auc)[] llama =
    [
        (.027, .1651), (.123, .1839), (.098, .1865), (.083, .2350), (.061, .2447), (.066, .2561),
        (.076, .2906), (.019, .3315), (.116, .3376), (.138, .3434), (.090, .3812), (.118, .3818),
        (.157, .3851), (.137, .3858), (.086, .3973), (.274, .4173), (.060, .4338), (.310, .4460),
        (.410, .4893), (.114, .4924), (.285, .4999), (.119, .5036), (.356, .5156), (.276, .5181),
        (.377, .5229), (.447, .6040), (.490, .6605), (.684, .6639), (.581, .6713), (.109, .7703),
    ];

    [Fact]
    public void Of_PapersLlamaScatter_GivesItsPublishedFit()
    {
        var fit = CalibrationFit.Of(llama);
        Assert.Equal((.627, .292, .078, .706),
            (Math.Round(fit.Coefficient, 3), Math.Round(fit.Intercept, 3), Math.Round(fit.LeaveOneOutError, 3),
                Math.Round(fit.Correlation, 3)));
        Assert.InRange(fit.MeanBaselineError, .12, .13);
        Assert.True(fit.TellsTasksApart);
    }

    [Fact]
    public void Of_ExactLine_HasNoError()
    {
        var fit = CalibrationFit.Of([.. Enumerable.Range(0, 9).Select(i => (i / 10.0, .2 + .5 * i / 10))]);
        Assert.Equal((.5, .2, 0), (Math.Round(fit.Coefficient, 12), Math.Round(fit.Intercept, 12), Math.Round(fit.LeaveOneOutError, 12)));
    }

    [Fact]
    public void Of_ConstantCosLow_IsTheMean()
    {
        var fit = CalibrationFit.Of([(.3, .1), (.3, .2), (.3, .6)]);
        Assert.Equal((0, .3, 0), (fit.Coefficient, Math.Round(fit.Intercept, 12), fit.Correlation));
        Assert.Equal(fit.MeanBaselineError, fit.LeaveOneOutError, 12);
        Assert.False(fit.TellsTasksApart);
    }

    [Fact]
    public void Of_FallingLine_DoesNotTellTasksApart() =>
        Assert.False(CalibrationFit.Of([.. llama.Select(t => (-t.CosLow, t.Auc))]).TellsTasksApart);

    [Fact]
    public void Of_TasksOfTheLearningRateAndUnmeasuredOnes_DoNotCount()
    {
        var tasks = ForecasterTests.Calibration().Tasks;
        var more = tasks.Append(tasks[0] with { Name = "unmeasured", Auc = null })
            .Append(tasks[0] with { Name = "rate", Auc = .9, CosLow = 0, UsedForLearningRate = true });
        Assert.Equal(CalibrationFit.Of(tasks), CalibrationFit.Of(more));
        Assert.Null(CalibrationFit.Of(tasks.Take(7)));
    }

    [Fact]
    public void Of_TooFewOrNoNumbers_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => CalibrationFit.Of([(.1, .2), (.2, .3)]));
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => CalibrationFit.Of([(.1, .2), (.2, double.NaN), (.3, .4)])).Message);
    }
}
