using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class CheckPointsTests
{
    // By hand: y = (h/m - s0)/gap, se = sqrt(p (1 - p)/m)/gap, p = (h + 1)/(m + 2).
    [Theory]
    [InlineData(60, 9, 12, .25, 1, .666667, .173880)]
    [InlineData(175, 170, 200, .1, .95, .882353, .029984)]
    [InlineData(48, 0, 32, 0, 1, 0, .029868)]
    [InlineData(48, 32, 32, .5, 1, 1, .059736)]
    [InlineData(800, 40, 100, .5, 1, -.2, .098059)]
    public void Of_Scores_AreSharesOfTheWayWithTheirErrors(int n, int right, int tested, double zeroShot, double ceiling, double y,
        double se)
    {
        var point = CheckPoints.Of(n, right, tested, zeroShot, ceiling);
        Assert.Equal(n, point.Examples);
        Assert.Equal(y, point.Y, 1e-6);
        Assert.Equal(se, point.StandardError, 1e-6);
    }

    [Fact]
    public void Of_Result_CountsWhatItSays() =>
        Assert.Equal(CheckPoints.Of(60, 9, 12, .25),
            CheckPoints.Of(new CheckResult(60, .75, null, 12, .25, 1e-3, 40, 1, [], null)));

    [Theory, InlineData(.981, 1), InlineData(.9, .9), InlineData(.5, .4)]
    public void Of_GapTooSmall_IsRefusedWithTheReason(double zeroShot, double ceiling)
    {
        Assert.False(CheckPoints.HasGap(zeroShot, ceiling));
        Assert.Contains("it must be at least 0.02", Assert.Throws<ArgumentException>(() =>
            CheckPoints.Of(100, 9, 10, zeroShot, ceiling)).Message);
        Assert.Throws<ArgumentException>(() => CheckPoints.SmallestTest(.5, zeroShot, ceiling));
        Assert.True(CheckPoints.HasGap(.98));
    }

    [Theory, InlineData(1, 0), InlineData(11, 10), InlineData(-1, 10)]
    public void Of_CountsThatAreNone_AreRefused(int right, int tested) =>
        Assert.Throws<ArgumentException>(() => CheckPoints.Of(100, right, tested, .1));

    [Theory]
    [InlineData(.8, .3, 1, 133), InlineData(.95, 0, 1, 30), InlineData(1, 0, 1, 19)]
    public void SmallestTest_OfAScore_HasAnErrorOfFivePercentAndOneLessHasMore(double score, double zeroShot, double ceiling, int size)
    {
        Assert.Equal(size, CheckPoints.SmallestTest(score, zeroShot, ceiling));
        double Error(int m)
        {
            var p = (score * m + 1) / (m + 2);
            return Math.Sqrt(p * (1 - p) / m) / (ceiling - zeroShot);
        }
        Assert.True(Error(size) <= .05 && Error(size - 1) > .05);
    }

    [Theory]
    [InlineData(31, null, 32), InlineData(32, 32, 50), InlineData(49, 32, 50), InlineData(50, 50, 100), InlineData(100, 100, 200)]
    [InlineData(200, 200, 400), InlineData(399, 200, 400), InlineData(400, 400, 800), InlineData(1700, 1600, 3200)]
    public void DueAt_RandomLabels_AreTheFirstFourAndEveryDoubling(int random, int? due, int next) =>
        Assert.Equal((due, next), (CheckPoints.DueAt(random), CheckPoints.NextAt(random)));

    [Fact]
    public void RunsByItself_ShortOrSmallAgainstTheLabelling_IsTrue()
    {
        var pace = TimeSpan.FromSeconds(30);
        Assert.True(CheckPoints.RunsByItself(TimeSpan.FromSeconds(119), null, 100));
        Assert.False(CheckPoints.RunsByItself(TimeSpan.FromSeconds(120), null, 100));
        // a hundred labels of half a minute are 50 minutes, a twentieth of them 150 s
        Assert.True(CheckPoints.RunsByItself(TimeSpan.FromSeconds(149), pace, 100));
        Assert.False(CheckPoints.RunsByItself(TimeSpan.FromSeconds(150), pace, 100));
    }

    [Fact]
    public void Steps_CheapChecks_AreSmallerAndAskForMore()
    {
        Assert.Equal((1.25, .85), CheckPoints.Steps(249));
        Assert.Equal((1.5, .80), CheckPoints.Steps(250));
        Assert.Equal((1.5, .80), CheckPoints.Steps(null));
    }

    [Fact]
    public void WorthOf_ACurve_IsItsBestSurplus()
    {
        // y grows by 1 a doubling up to a quarter of the labels: worth most where V / (m ln 2 log2 5000) falls to 1
        static double Log(int n) => LabelAxis.X(n);
        var worth = CheckPoints.WorthOf(Log, 100, 100, gap: .5);
        var optimum = 5000 / (Math.Log(2) * LabelAxis.Length);
        Assert.InRange(worth.At, optimum / 1.08, optimum * 1.08);
        Assert.Equal(5000 * (Log(worth.At) - Log(100)) - (worth.At - 100), worth.Labels, 1e-9);
        Assert.Equal(50 * (Log(worth.At) - Log(100)), worth.Points, 1e-9);
        Assert.True(CheckPoints.WorthOf(_ => .5, 100, 100, .5).Labels < 0);
        Assert.Equal(new Worth(5000, 0, 0), CheckPoints.WorthOf(Log, 5000, 1e4, 1));
        Assert.True(CheckPoints.WorthOf(Log, 100, 1e4, 1, cap: 300).At <= 300);
    }
}
