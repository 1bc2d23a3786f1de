using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class OtherNeedsTests
{
    [Fact]
    public void Of_CalibratedAndMeasured_EachMethodHasItsOwnNeed()
    {
        var cosLow = CosLowStatistics.Of(CosLowStatisticsTests.Matrix(32), CosLowStatisticsTests.Answers(32));
        var needs = OtherNeeds.Of(.7, Yardstick.Of(ForecasterTests.Calibration()), cosLow.Median, 32, .6, [new(100, .6, .05)]);
        Assert.Equal(Enum.GetValues<OtherMethod>(), needs.Select(n => n.Method));
        double? Need(OtherMethod method) => needs.Single(n => n.Method == method).Need;
        // the mean of .3 + .5 (.05 + .07 i), i = 0..9
        Close.To(Math.Pow(5000, Math.Pow(.7, .4825 / .5175)), Need(OtherMethod.MeanOfTasks));
        var line = .5 * cosLow.Median!.Value + .3;
        Close.To(Math.Pow(5000, Math.Pow(.7, line / (1 - line))), Need(OtherMethod.CosLow));
        Close.To(Math.Pow(5000, Math.Pow(.7, 1.5)), Need(OtherMethod.Probe));
        Close.To(215.443469, Need(OtherMethod.LogLinear));
        var curve = PosteriorForecast.Of(.7, null, [new(100, .6, .05)]).Posterior;
        Assert.Equal((curve.Median, curve.PReach), (Need(OtherMethod.Curve), needs[^1].PReach));
        Assert.Equal(MethodGap.NotReached, needs.Single(n => n.Method == OtherMethod.LastValue).Gap);
        Assert.All(needs, n => Assert.NotEqual(n.Need is null, n.Gap is null));
    }

    [Theory]
    [InlineData(-.2)]
    [InlineData(.5)]
    public void Of_CosLowThatTellsNothingApart_IsStillItsOwnLine(double slope)
    {
        var cosLow = CosLowStatistics.Of(CosLowStatisticsTests.Matrix(32), CosLowStatisticsTests.Answers(32));
        var yardstick = Yardstick.Of(ForecasterTests.Calibration() with { Coefficient = slope, LeaveOneOutError = .2 });
        var area = slope * cosLow.Median!.Value + .3;
        Close.To(PaperFormula.LabelsNeeded(area, .9), OtherNeeds.Of(.9, yardstick, cosLow.Median, 32, null, [])[1].Need);
    }

    [Fact]
    public void Of_NothingKnown_SaysOfEachWhy()
    {
        var needs = OtherNeeds.Of(.9, Yardstick.Of(null), null, 0, null, []);
        Assert.Equal([MethodGap.NoFit, MethodGap.NoFit, MethodGap.NoFit, MethodGap.NothingMeasured, MethodGap.NothingMeasured,
            MethodGap.NothingMeasured, MethodGap.NothingMeasured, null], needs.Select(n => n.Gap));
        // the posterior of any task, decision section 7
        Close.To(488.863454, needs[^1].Need);
        Close.To(.593229, needs[^1].PReach);
        var early = OtherNeeds.Of(.9, Yardstick.Of(ForecasterTests.Calibration()), null, 0, null, []);
        Assert.Equal((null, MethodGap.NoSignal), (early[0].Gap, early[1].Gap));
    }

    [Fact]
    public void Of_UntrainedModelMeetsTheTarget_HasNothingToSay() =>
        Assert.Empty(OtherNeeds.Of(0, Yardstick.Of(null), null, 0, null, []));
}
