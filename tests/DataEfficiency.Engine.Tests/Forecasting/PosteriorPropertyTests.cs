
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Tests.Forecasting;

/// <summary>What must hold for every target, prediction and row of checks: sixty drawn cases.</summary>
public class PosteriorPropertyTests
{
    [Fact]
    public void Posterior_AnyCase_IsOrderedAndWithinBounds()
    {
        var random = new SplitMix64(20);
        for (var round = 0; round < 60; round++)
        {
            var share = .3 + .65 * random.NextUnit24();
            var auc = random.NextIndex(3) == 0 ? null : new AucPrediction(.05 + .85 * random.NextUnit24(), .02 + .2 * random.NextUnit24());
            var checks = Checks(random);
            var p = PosteriorForecast.Of(share, auc, checks).Posterior;
            var last = checks.Length == 0 ? 0 : checks[^1].Examples;

            Assert.InRange(p.PReach, 0, 1 + 1e-12);
            Assert.InRange(p.AucHat, 0, 1 + 1e-9);
            Assert.InRange(p.PTargetMet ?? 0, 0, 1 + 1e-9);
            Assert.True(p.PSuffices[500] <= p.PSuffices[2000] && p.PSuffices[2000] <= p.PWithinCap
                && Math.Abs(p.PWithinCap - p.PReach) < 1e-9);
            if (p.Median is { } median) Assert.True(1 <= p.Low80 && p.Low80 <= median && median <= p.High80 && p.High80 <= 5000 + 1e-6);
            Assert.InRange(p.NextCheck, Math.Min(5000, Math.Max(50, 1.5 * last)), last == 0 ? 1000 : Math.Min(5000, 4 * last));
            Assert.All(p.Band, b => Assert.True(b.Examples > last && 0 <= b.Low && b.Low <= b.Median && b.Median <= b.High));
        }
    }

    [Fact]
    public void Posterior_AnyCase_AHigherTargetNeedsMore()
    {
        var random = new SplitMix64(21);
        for (var round = 0; round < 30; round++)
        {
            // Without checks: a check's cut depends on the target, so with it two targets see different worlds.
            var auc = new AucPrediction(.05 + .85 * random.NextUnit24(), .02 + .2 * random.NextUnit24());
            var (low, high) = (new PosteriorWeights(.7, auc, []), new PosteriorWeights(.9, auc, []));
            Assert.True(low.PReach >= high.PReach);
            foreach (var n in LabelAxis.Budgets) Assert.True(low.PSuffices(n) >= high.PSuffices(n) - 1e-12);
        }
    }

    [Fact]
    public void Curve_AnyScores_AreaIgnoresScaleAndShift()
    {
        var random = new SplitMix64(22);
        for (var round = 0; round < 50; round++)
        {
            var scores = LabelAxis.Budgets.ToDictionary(n => n, n => .1 + .4 * random.NextUnit24() + .2 * LabelAxis.X(n));
            var area = DataEfficiencyCurve.Of(scores, .9).Auc;
            Assert.InRange(area, 0, 1);
            Assert.Equal(area, DataEfficiencyCurve.Of(scores.ToDictionary(s => s.Key, s => .05 + .5 * s.Value), .05 + .5 * .9).Auc, 12);
        }
    }

    private static Check[] Checks(SplitMix64 random)
    {
        var checks = new Check[random.NextIndex(4)];
        var (n, y) = (40, 0.0);
        for (var i = 0; i < checks.Length; i++)
            checks[i] = new(n = n * 2 + random.NextIndex(200), y = Math.Min(1, y + .4 * random.NextUnit24()),
                random.NextIndex(2) * .1 * random.NextUnit24());
        return checks;
    }
}
