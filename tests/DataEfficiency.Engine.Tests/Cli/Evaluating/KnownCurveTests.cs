using DataEfficiency.Cli.Evaluating;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Tests.Cli.Evaluating;

public class KnownCurveTests
{
    // y: 0, .25 at 50, .5 at 100, .5 at 200 (a dip), then 1 from 500 on.
    internal static KnownCurve Stairs(string model = "m", string task = "stairs") => Of(model, task,
        new() { [0] = .2, [50] = .4, [100] = .6, [200] = .5, [500] = 1, [1000] = 1, [2500] = 1, [5000] = 1 });

    internal static KnownCurve Of(string model, string task, Dictionary<int, double> scores) =>
        new(new MeasuredTask("file", model, task, DataEfficiencyCurve.Of(scores, 1), new Dictionary<int, double> { [32] = .28 }));

    [Fact]
    public void Need_BetweenTwoSizes_IsLinearInTheLogarithm()
    {
        var curve = Stairs();
        Assert.Equal(Math.Sqrt(50 * 100), curve.Need(.375)!.Value, 9);
        Assert.Equal(200 * Math.Pow(2.5, .8), curve.Need(.9)!.Value, 9);
    }

    [Fact]
    public void Need_OfACurveThatEndsBelow_IsNone() =>
        Assert.Null(Of("m", "low", new() { [0] = .2, [50] = .3, [5000] = .6 }).Need(.9));

    [Fact]
    public void Y_AtAndBetweenMeasuredSizes_IsTheCleanedCurve()
    {
        var curve = Stairs();
        Assert.Equal(.5, curve.Y(200), 12);
        Assert.Equal(.375, curve.Y(Math.Sqrt(50 * 100)), 12);
        Assert.Equal(0, curve.Y(1), 12);
        Assert.Equal(1, curve.Y(5000), 12);
    }

    [Fact]
    public void Runs_Exact_AreTheMeasuredSizes_AndFewShotScoresOnlyBelowThem()
    {
        var curve = Stairs();
        Noise exact = Noise.All[0];
        Assert.Equal([(50, .25), (100, .5), (200, .5)],
            curve.Runs(200, exact, new SplitMix64(1)).Select(r => (r.Examples, Math.Round(r.Y, 12))));
        Assert.Equal([(32, .1)], curve.Runs(32, exact, new SplitMix64(1)).Select(r => (r.Examples, Math.Round(r.Y, 12))));
        Assert.Empty(curve.Runs(16, exact, new SplitMix64(1)));
    }

    [Fact]
    public void Runs_CrossValidated_TrainOnThreeQuartersAndScoreTheRest()
    {
        var runs = Stairs().Runs(400, Noise.All[3], new SplitMix64(1));
        Assert.Equal([16, 38, 75, 150, 300], runs.Select(r => r.Examples));
        // of 32 and of a quarter: the error of few is large
        Assert.True(runs[1].StandardError > runs[4].StandardError);
    }

    [Fact]
    public void Test_OfManyDraws_HasTheTrueScoreAsMean_AndTheStatedError()
    {
        var (curve, random) = (Stairs(), new SplitMix64(5));
        var runs = Enumerable.Range(0, 2000).Select(_ => curve.Test(100, Noise.All[1], random)).ToArray();
        var mean = runs.Average(r => r.Y);
        Assert.InRange(mean, .497, .503);
        var sd = Math.Sqrt(runs.Average(r => Math.Pow(r.Y - mean, 2)));
        Assert.InRange(runs.Average(r => r.StandardError) / sd, .95, 1.05);
    }
}
