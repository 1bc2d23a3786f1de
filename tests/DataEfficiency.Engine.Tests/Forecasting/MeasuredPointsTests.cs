using DataEfficiency.Engine.Forecasting;
using Xunit;

namespace DataEfficiency.Engine.Tests.Forecasting;

public sealed class MeasuredPointsTests
{
    [Fact]
    public void Of_RunWithItsOwnZeroShotAndError_UsesThose()
    {
        var scale = TargetScale.Of(new Target(.9, .3, 1), [new(50, .8, 40, .5, .06), new(100, .65, 40, .3, .07), new(200, .86, 100)]);

        // (.8 - .5) / .5; (.65 - .3) / .7; (.86 - .3) / .7
        Assert.Equal([.6, .5, .8], scale.Checks.Select(c => Math.Round(c.Y, 9)));
        Assert.Equal([.06, .07, Math.Round(Math.Sqrt(.86 * .14 / 100) / .7, 9)],
            scale.Checks.Select(c => Math.Round(c.StandardError, 9)));
        Assert.Equal(.8, scale.LastShare!.Value, 9);
    }

    [Fact]
    public void Of_NobodyGaveAZeroShotScore_TakesTheNewestRuns()
    {
        var scale = TargetScale.Of(new Target(.9, null, 1), [new(50, .8, 40, .5, .06), new(100, .9, 40, .4, .06)]);
        Assert.Equal(.4, scale.Target.ZeroShot);
        Assert.Equal([.6, Math.Round(.5 / .6, 9)], scale.Checks.Select(c => Math.Round(c.Y, 9)));
    }
}
