using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;
using Xunit;

namespace DataEfficiency.Engine.Tests.Forecasting;

public sealed class RisingChecksTests
{
    [Theory]
    [InlineData("50:.1:.05 100:.4:.2 200:.4:0", ".1 .4 .4")] // rising: as they are
    [InlineData("50:.5:0 100:.3:0 200:.4:0 500:.6:0 1000:.2:0", ".5 .5 .5 .6 .6")] // exact: the running best
    [InlineData("50:-.1:0 100:.3:0", "0 .3")]
    [InlineData("50:-.1:.1 100:.3:.1", "-.1 .3")]
    [InlineData("50:.5:.1 100:.2:.1 200:.6:.1", ".35 .35 .6")] // equal weights: the mean
    [InlineData("50:.5:.2 100:.2:.1", ".26 .26")] // four times the weight
    [InlineData("50:.5:.2 100:.2:0", ".2 .2")] // exact beats noise, before or behind it
    [InlineData("50:.5:0 100:.2:.1 200:.6:.1", ".5 .5 .6")]
    [InlineData("50:.4:.1 100:.6:.1 200:.1:.1", ".366667 .366667 .366667")] // a pool goes on falling
    public void Of_Points_BecomeTheNearestRisingCurve(string points, string expected) =>
        Assert.Equal(expected.Split(' ').Select(double.Parse),
            RisingChecks.Of(PosteriorTests.Checks(points)).Select(c => Math.Round(c.Y, 6)));

    [Fact]
    public void Of_NoisyPointsOfAKnownCurve_AreNotTooHighOnAverage()
    {
        var random = new SplitMix64(1);
        double risen = 0, best = 0;
        const int Draws = 2000;
        for (var draw = 0; draw < Draws; draw++)
        {
            // flat at .5, each point of 25 tests
            Check[] checks = [.. new[] { 50, 100, 200, 400 }.Select(n => new Check(n, Score(), .1))];
            risen += RisingChecks.Of(checks).Average(c => c.Y) / Draws;
            best += Enumerable.Range(1, 4).Average(k => checks.Take(k).Max(c => c.Y)) / Draws;
        }
        Assert.Equal(.5, risen, .01);
        Assert.True(best > .54, $"the running best is {best}");

        double Score() => Enumerable.Range(0, 25).Count(_ => random.NextUnit24() < .5) / 25.0;
    }
}
