using DataEfficiency.Engine;
using DataEfficiency.Portal.Tests.Estimating;
using DataEfficiency.Portal.TrackRecords;
using Xunit;

namespace DataEfficiency.Portal.Tests.TrackRecords;

public sealed class TrackPairTests
{
    // from .4 to .8 of the way between 100 and 1,600 labels: .6 at 400, the middle of their logarithms
    private static readonly Estimate Made = MadeUpForecast.Estimate(32) with
    {
        Target = new(.7, .2, 1),
        Posterior = MadeUpForecast.Estimate(32).Posterior with { Median = 400, Low80 = 200, High80 = 1600,
            Band = [new(100, .3, .4, .5), new(1600, .6, .8, 1)] },
    };

    [Fact]
    public void Of_ALaterPoint_ComparesScoresAtItsSize()
    {
        // .2 + .6 * .8, .45 and .75 of the way
        var pair = Assert.Single(Pairs(Forecast(10), Point(1, 12, 400, .62)));
        Assert.Equal((.68, .56, .80, .62), Rounded(pair.Accuracy));
        Assert.Equal((.06, true, null), (Math.Round(pair.Error, 9), pair.Accuracy.IsInside, pair.Need));
        Assert.Equal((10, new TrackMethod(AreaMethod.CosLow, false), 400), (pair.Labels, pair.Method, pair.Examples));
        // 62 of 100: sqrt(63/102 * 39/102 / 100)
        Assert.Equal(.048596, pair.ScoreError, 6);
    }

    [Fact]
    public void Of_AForecastThatMayHaveSeenThePoint_IsNoPair()
    {
        Assert.Single(Pairs(Forecast(12), Point(1, 12, 400, .62)));
        Assert.Empty(Pairs(Forecast(13), Point(1, 12, 400, .62)));
    }

    [Theory]
    [InlineData(99)]
    [InlineData(1601)]
    public void Of_APointOutsideTheBand_IsNoPair(int examples) => Assert.Empty(Pairs(Forecast(10), Point(1, 12, examples, .62)));

    [Fact]
    public void Of_AnotherModelOrOtherWeights_IsNoPair()
    {
        Assert.Empty(Pairs(Forecast(10), Point(1, 12, 400, .62) with { Model = "other" }));
        Assert.Empty(Pairs(Forecast(10), Point(1, 12, 400, .62) with { ModelSha256 = "other" }));
    }

    [Fact]
    public void Of_WhatNoPageShowed_IsNoPair()
    {
        LaterPoint point = Point(1, 12, 400, .62);
        Assert.Empty(Pairs(Forecast(10, Made with { CosLow = Made.CosLow with { Count = 7 } }), point));
        Assert.Empty(Pairs(Forecast(10, Made with { Stop = new("none", null, Advice.None, null, null, new OneAnswerOnly(20)) }), point));
        Assert.Single(Pairs(Forecast(10, Made with { CosLow = Made.CosLow with { Count = 8 } }), point));
    }

    [Fact]
    public void Of_ANoisyTest_WidensTheBandByItsOwnError()
    {
        // under .56, but not by 1.28 standard errors more
        var pair = Assert.Single(Pairs(Forecast(10), Point(1, 12, 400, .55)));
        Assert.Equal((false, true), (pair.Accuracy.IsInside, pair.IsInsideWithNoise));
        var sharp = Assert.Single(Pairs(Forecast(10), Point(1, 12, 400, .55) with { Tested = 100_000 }));
        Assert.False(sharp.IsInsideWithNoise);
    }

    [Fact]
    public void Of_TheFirstPointAtTheTarget_HasTheNeedWhereTheLineCrossesIt()
    {
        // .5 of the way at 100, .9 at 400: .7 is reached in the middle of their logarithms
        LaterPoint[] points = [Point(1, 11, 100, .6), Point(2, 12, 400, .92), Point(3, 13, 800, .95)];
        var pairs = Pairs(Forecast(10), points);
        Assert.Equal([false, true, false], pairs.Select(p => p.Need is not null));
        Assert.Equal(200, pairs[1].Need!.Realised, 6);
        Assert.Equal((400, true, 1), (pairs[1].Need!.Median, pairs[1].Need!.IsInside, Math.Round(pairs[1].NeedBits!.Value, 9)));
        // made after the target was reached: nothing is left to foretell of the need
        Assert.Equal([null], Pairs(Forecast(13), points).Select(p => p.Need));
    }

    [Fact]
    public void Of_AForecastWithoutANeed_IsWrongWhereTheTargetWasReached()
    {
        var none = Made with { Posterior = Made.Posterior with { Median = null, Low80 = null, High80 = null } };
        var pair = Assert.Single(Pairs(Forecast(10, none), Point(1, 12, 400, .92)));
        Assert.Equal((false, null), (pair.Need!.IsInside, pair.NeedBits));
    }

    [Fact]
    public void Of_ACeilingThatChangedLater_IsJudgedByTheForecastsOwn()
    {
        var pair = Assert.Single(Pairs(Forecast(10), Point(1, 12, 400, .62) with { Ceiling = .7 }));
        Assert.Equal(.68, pair.Accuracy.Median!.Value, 9);
    }

    internal static PastForecast Forecast(long version, Estimate? estimate = null) => new(version, version, 1, 10, "m", "f00d",
        estimate ?? Made);

    internal static LaterPoint Point(int check, long version, int examples, double score) =>
        new(check, version, "m", "f00d", examples, score, .2, 1, 100);

    private static TrackPair[] Pairs(PastForecast forecast, params LaterPoint[] points) => [.. TrackPair.Of(forecast, points)];

    private static (double, double, double, double) Rounded(Prediction p) => (Math.Round(p.Median!.Value, 9), Math.Round(p.Low!.Value, 9),
        Math.Round(p.High!.Value, 9), p.Realised);
}
