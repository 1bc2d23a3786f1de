using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class AreaFitTests
{
    private static readonly AreaFit threePoints = new(AreaSource.Calibration, AreaSignal.CosLow,
        [new(32, .2, .30, .08), new(64, .4, .20, .06), new(256, .8, .10, .04)], .45, .138);

    [Theory]
    [InlineData(8, .2, .30, .08)]
    [InlineData(32, .2, .30, .08)]
    [InlineData(64, .4, .20, .06)]
    [InlineData(128, .6, .15, .05)] // half of the way from 64 to 256 in log n
    [InlineData(256, .8, .10, .04)]
    [InlineData(5000, .8, .10, .04)]
    public void At_AnyNumberOfExamples_IsLinearInItsLogarithm(int examples, double coefficient, double intercept, double scale)
    {
        var point = threePoints.At(examples);
        Close.To(coefficient, point.Coefficient);
        Close.To(intercept, point.Intercept);
        Close.To(scale, point.Scale);
    }

    [Fact]
    public void Prediction_FromAFitWithPoints_TakesTheLineOfItsExamples()
    {
        var (prediction, remark) = AreaPrediction.Of(threePoints, .5, 128, .1);
        Close.To(.6 * .5 + .15, prediction!.Auc);
        Close.To(Math.Sqrt(.05 * .05 + .06 * .06), prediction.Scale);
        Assert.Null(remark);
        Assert.Equal((null, null), AreaPrediction.Of(threePoints, null, 128, .1));
        Assert.Equal((null, null), AreaPrediction.Of(null, .5, 128, .1));
    }

    [Fact]
    public void Prediction_OutsideItsRange_IsClippedAndRemarked()
    {
        var (prediction, remark) = AreaPrediction.Of(threePoints with { Points = [new(32, .5, .8, .08)] }, .5, 32, 0);
        Assert.Equal((.9, .08), (prediction!.Auc, prediction.Scale));
        Close.To(1.05, Assert.IsType<AreaClipped>(remark).Raw);
    }

    [Fact]
    public void Prediction_OfAPerfectFit_IsNotInfinitelySharp()
    {
        var perfect = threePoints with { Points = [new(32, .5, .3, 0)] };
        Assert.Equal(.005, AreaPrediction.Of(perfect, .4, 32, 0).Prediction!.Scale);
    }

    [Theory]
    [InlineData(-.1, .05, false)]
    [InlineData(.5, .138, false)]
    [InlineData(.5, .137, true)]
    public void TellsTasksApart_NeedsASlopeAndAnErrorBelowTheMeans(double slope, double error, bool expected)
    {
        AreaPoint point = new(32, slope, .3, error / AreaFit.ErrorPerScale);
        Assert.Equal(expected, threePoints.TellsTasksApart(point));
        // where the error of the mean is not known, only the slope speaks
        Assert.Equal(slope > 0, (threePoints with { MeanError = null }).TellsTasksApart(point));
    }

    [Fact]
    public void Of_ACalibration_IsItsFitAt32()
    {
        var calibration = ForecasterTests.Calibration();
        var fit = AreaFit.Of(calibration)!;
        Assert.Equal((AreaSource.Calibration, AreaSignal.CosLow), (fit.Source, fit.Kind));
        Assert.Equal(new AreaPoint(32, .5, .3, .088 / 1.1), Assert.Single(fit.Points));
        Close.To(calibration.Tasks.Average(t => t.Auc!.Value), fit.Mean);
        Assert.Equal(.12, fit.MeanError);
        Assert.Null(AreaFit.Of(null));
        Assert.Null(AreaFit.Of(calibration with { Coefficient = null }));
        Assert.Null(AreaFit.Of(calibration with { LeaveOneOutError = null }));
        Assert.Null(AreaFit.Of(calibration with { Tasks = [.. calibration.Tasks.Take(7)] }));
    }
}
