using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class OwnKappaTests
{
    // n* of 120, 240, ... 2,400 where the published rule would have stopped at 1,200, or at 900
    private static IReadOnlyList<MeasuredNeed> Needs(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new MeasuredNeed(.9, 1000, 120 * i))];

    [Fact]
    public void Of_TwentyTasks_IsTheConformalQuantileOfTheirRatios()
    {
        var own = OwnKappa.Of(Needs(20))!;
        Assert.Equal(20, own.Tasks);
        Close.To(1.9, own.Careful);
        Close.To(17 * 120 / 900.0, own.Bold);
        Close.To(1.2 * 1.9, own.At(.9, .10));
        // the published shape, stretched
        Close.To(2.02 * 1.9, own.At(.775, .10));
    }

    [Fact]
    public void Of_FewerTasks_LeavesThePublishedOne()
    {
        Assert.Null(OwnKappa.Of(Needs(19)));
        Assert.Null(OwnKappa.Of(null));
    }

    [Fact]
    public void Forecast_WithTwentyOwnNeeds_StopsByThemAndSaysSo()
    {
        StopAdvice Stop(int tasks) => ForecasterTests.RunWith(32, Yardstick.Of(ForecasterTests.Calibration()),
            r => r with { OwnNeeds = Needs(tasks) }).Stop;
        var (published, own) = (Stop(19), Stop(20));
        Assert.Equal((0, 20), (((SafeCount)published.Reason!).OwnTasks, ((SafeCount)own.Reason!).OwnTasks));
        Assert.Equal(((SafeCount)published.Reason).Asked * 1.9, ((SafeCount)own.Reason).Asked, 2.0);
    }

    /// <summary>A planted world where tasks need about a third of what the published kappa asks for, at targets of their own: the next
    /// task's need is above the stop as often as asked for.</summary>
    [Theory]
    [InlineData(.10)]
    [InlineData(.20)]
    public void Of_APlantedWorld_IsEarlyAsOftenAsAsked(double alpha)
    {
        const int Worlds = 2000;
        var random = new SplitMix64(1);
        MeasuredNeed Task()
        {
            var (share, paper) = (.70 + .25 * random.NextUnit24(), 500 + 3000 * random.NextUnit24());
            var bits = Enumerable.Range(0, 12).Sum(_ => random.NextUnit24()) - 6;
            return new(share, paper, StopRule.Kappa(share, alpha) * paper / 3 * Math.Pow(2, bits));
        }
        var early = Enumerable.Range(0, Worlds).Count(_ =>
        {
            var own = OwnKappa.Of([.. Enumerable.Range(0, OwnKappa.Fewest).Select(_ => Task())])!;
            return Task() is var next && next.Realised > own.At(next.Share, alpha) * next.Paper;
        });
        // of 21 tasks that might each have been the next one 2, or 4
        Assert.Equal(Math.Floor(21 * alpha) / 21, early / (double)Worlds, .02);
    }
}
