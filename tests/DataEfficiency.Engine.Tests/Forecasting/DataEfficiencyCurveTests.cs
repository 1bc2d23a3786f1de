
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class DataEfficiencyCurveTests
{
    [Fact]
    public void Of_StraightLineInLogExamples_HasHalfTheArea()
    {
        var scores = LabelAxis.Budgets.ToDictionary(n => n, n => .2 + .6 * LabelAxis.X(n));
        var curve = DataEfficiencyCurve.Of(scores);
        Assert.Equal(.5, curve.Auc, 12);
        Assert.Equal((.2, .8, .8), (curve.Minimum, curve.Maximum, curve.Ceiling));
    }

    [Fact]
    public void Of_MissingAndFallingScores_AreCleaned()
    {
        var curve = DataEfficiencyCurve.Of(
            new Dictionary<int, double> { [0] = .5, [50] = .4, [500] = .7, [750] = .6, [4] = .99, [9000] = .99 }, humanScore: .9);
        Assert.Equal([0, 50, 100, 200, 500, 750, 1000, 2500, 5000], curve.Points.Select(p => p.Examples));
        Assert.Equal([0, 0, 0, 0, .5, .5, .5, .5, .5], curve.Points.Select(p => Math.Round(p.Y, 12)));
        Assert.Equal([.5, .4, null, null, .7, .6, null, null, null], curve.Points.Select(p => p.Score));
        Assert.Equal((.4, .7, .9), (curve.Minimum, curve.Maximum, curve.Ceiling));
    }

    [Fact]
    public void Of_UnmeasuredZeroShot_StartsAtTheFirstMeasuredSize()
    {
        var curve = DataEfficiencyCurve.Of(new Dictionary<int, double>
        {
            [50] = .9291666666666667, [100] = .9416666666666667, [200] = .9416666666666667, [500] = .9541666666666667,
                [1000] = .9666666666666667,
        });
        Assert.Equal(.351264, curve.Auc, 6);
        Assert.Equal((50, 0), (curve.Points[0].Examples, curve.Points[0].Y));
        var late = DataEfficiencyCurve.Of(new Dictionary<int, double> { [200] = .4, [1000] = .6, [5000] = .8 });
        Assert.Equal([200, 500, 1000, 2500, 5000], late.Points.Select(p => p.Examples));
        Assert.Equal([0, 0, .5, .5, 1], late.Points.Select(p => Math.Round(p.Y, 12)));
    }

    [Fact]
    public void Of_NothingToMeasure_SaysWhy()
    {
        Assert.Contains(
            "no score", Assert.Throws<ArgumentException>(() => DataEfficiencyCurve.Of(new Dictionary<int, double> { [32] = .5 })).Message);
        Assert.Contains(
            "at its ceiling", Assert.Throws<ArgumentException>(
                () => DataEfficiencyCurve.Of(new Dictionary<int, double> { [0] = .5, [50] = .5 })).Message);
        Assert.Contains(
            "50 examples", Assert.Throws<ArgumentException>(
                () => DataEfficiencyCurve.Of(new Dictionary<int, double> { [0] = .5, [50] = double.NaN })).Message);
    }
}
