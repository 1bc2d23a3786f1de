using DataEfficiency.Cli.Evaluating;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Tests.Cli.Evaluating;

public class RulesTests
{
    private static readonly AucPrediction Signal = new(.5, .078);

    private static Stop Exact(string rule, KnownCurve curve, double share) =>
        Rules.Measure(rule, curve, share, Signal, Noise.All[0], new SplitMix64(1));

    [Theory, InlineData("B"), InlineData("steady"), InlineData("doubling")]
    public void Measure_ExactScores_StopsAtTheFirstCheckThatMeetsTheTarget(string rule)
    {
        var curve = KnownCurveTests.Stairs();
        var stop = Exact(rule, curve, .9);
        Assert.False(stop.IsEarly);
        Assert.InRange(stop.Labels, curve.Need(.9)!.Value, 4 * curve.Need(.9)!.Value);
        Assert.InRange(stop.Checks, 1, 8);
    }

    [Fact]
    public void Measure_Doubling_ChecksAt50And100AndSoOn()
    {
        var stop = Exact("doubling", KnownCurveTests.Stairs(), .9);
        // n* = 416: the first of 50, 100, 200, 400, 800 behind it
        Assert.Equal((800, 5), (stop.Labels, stop.Checks));
    }

    [Fact]
    public void Unmeasured_TheFixedRule_IsEarlyWhereTheNeedLiesAbove()
    {
        var late = KnownCurveTests.Of("m", "late", new() { [0] = 0, [50] = 0, [500] = 0, [1000] = 0, [2500] = 1, [5000] = 1 });
        var stops = Rules.Unmeasured(late, .9, Signal, 1).ToDictionary(s => s.Name, s => s.Stop);
        Assert.True(stops["fixed500"].IsEarly);
        Assert.Equal(500, stops["fixed500"].Labels);
        Assert.Equal(Math.Ceiling(PaperFormula.LabelsNeeded(.5, .9)), stops["paper"].Labels);
        Assert.True(stops["A"].Labels >= stops["paper"].Labels);
    }

    // 9 ratios, alpha .1: the 9th of them, (9 + 1) .9.
    [Fact]
    public void Kappa_OfOtherTasks_IsTheConformalQuantileOfTheirRatios()
    {
        var others = Enumerable.Range(1, 9).Select(i => (KnownCurveTests.Of("m", $"t{i}",
            new() { [0] = 0, [50] = i / 10.0 < .5 ? 0 : .2, [100 * i] = .95, [5000] = 1 }), Signal)).ToArray();
        var ratios = others.Select(o => o.Item1.Need(.9)!.Value / PaperFormula.LabelsNeeded(.5, .9)).Order().ToArray();
        Assert.Equal(ratios[^1], Rules.Kappa(others, .9, .1), 12);
        Assert.Equal(ratios[7], Rules.Kappa(others, .9, .2), 12);
    }

    [Fact]
    public void Result_OfStops_CountsEarlyMaterialAndSurplus()
    {
        Stop[] stops = [new(500, 2, 400, .95), new(300, 1, 400, .7), new(390, 3, 400, .89)];
        var r = RuleResult.Of("B", 1000, .9, stops);
        Assert.Equal((2 / 3.0, 1 / 3.0, 100 / 3.0, 2), (r.Early, r.Material, r.Surplus, r.Checks));
    }
}
