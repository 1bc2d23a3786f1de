
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class StopRuleTests
{
    [Theory]
    [InlineData(.10, 3218)]
    [InlineData(.20, 2414)]
    public void SafeStop_VectorOfSection7_GivesItsLabels(double alpha, int labels) =>
        Assert.Equal(labels, StopRule.SafeStop(.9, 2681.167976, alpha, new PosteriorWeights(.9, new(.419, .078), [])));

    [Fact]
    public void SafeStop_EasyTask_IsHeldBackByThePosterior()
    {
        var weights = new PosteriorWeights(.9, new(.9, .078), []);
        var paper = PaperFormula.LabelsNeeded(.9, .9);
        Assert.Equal(33, (int)Math.Ceiling(StopRule.Kappa(.9, .10) * paper));
        var stop = StopRule.SafeStop(.9, paper, .10, weights);
        Assert.Equal(162, stop);
        Assert.True(weights.PSuffices(stop) / weights.PReach >= .9 && weights.PSuffices(stop - 1) / weights.PReach < .9);
        Assert.Equal(.57, Math.Round(weights.PSuffices(33) / weights.PReach, 2));
    }

    [Theory]
    [InlineData(.5, 1.94)]
    [InlineData(.70, 1.94)]
    [InlineData(.775, 2.02)]
    [InlineData(.90, 1.20)]
    [InlineData(.95, 1.14)]
    [InlineData(.99, 1.14)]
    public void Kappa_BetweenKnots_IsLinear(double share, double expected) => Close.To(expected, StopRule.Kappa(share, .10));

    [Fact]
    public void Kappa_UnmeasuredAlpha_IsRefused() =>
        Assert.Contains(".15", Assert.Throws<ArgumentException>(() => StopRule.Kappa(.9, .15)).Message);
}
