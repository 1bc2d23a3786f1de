using DataEfficiency.Engine.Forecasting;
using Xunit;

namespace DataEfficiency.Engine.Tests.Forecasting;

/// <summary>The vectors of the signals' design, section 4, and the mixture of library and grid.</summary>
public sealed class CurveLibraryTests
{
    private static readonly CurveLibrary Three = new(LabelAxis.Budgets,
        [[0, .1, .2, .4, .7, .85, .95, 1], [0, .6, .8, .9, .95, 1, 1, 1], [0, 0, .05, .1, .2, .3, .45, .5]]);

    [Fact]
    public void Curves_OfThree_HaveTheirAreasAndNeeds()
    {
        double[] areas = [.357999, .631759, .123620];
        var (reach, _) = Three.Reached(.9);
        for (var o = 0; o < 3; o++) Assert.Equal(areas[o], Three.Auc[7 * o + 3], 1e-6);
        Assert.Equal(1581.138830, LabelAxis.Examples(reach[3]), 5e-6);
        Assert.Equal(200, LabelAxis.Examples(reach[10]), 5e-6);
        Assert.Equal(double.PositiveInfinity, reach[17]);
    }

    [Theory]
    [InlineData(false, false, .373548, .666667, 151.571657, 459.479342, 2086.325194)]
    [InlineData(true, false, .618994, .993185, 114.869836, 200.000000, 348.220225)]
    [InlineData(true, true, .418751, .972242, 348.220225, 1198.279159, 1581.138830)]
    public void Weights_OfThree_GiveTheVector(bool area, bool check, double auc, double pReach, double low, double median, double high)
    {
        var weights = PosteriorWeights.OfLibrary(Three, area ? new(.6, .08) : null, check ? [new(100, .3, .05)] : []);

        var (reach, order) = Three.Reached(.9);
        Assert.Equal(auc, weights.Select((w, c) => w * Three.Auc[c]).Sum(), 1e-6);
        Assert.Equal(pReach, order.Sum(c => weights[c]), 1e-6);
        Assert.Equal(low, Quantile(.1), 1e-3);
        Assert.Equal(median, Quantile(.5), 1e-3);
        Assert.Equal(high, Quantile(.9), 1e-3);

        double Quantile(double q)
        {
            var (sum, all) = (0.0, order.Sum(c => weights[c]));
            foreach (var c in order)
                if ((sum += weights[c] / all) >= q - 1e-12) return LabelAxis.Examples(reach[c]);
            return double.NaN;
        }
    }

    [Fact]
    public void Mixture_IsHalfTheLibrarysAndHalfTheGrids()
    {
        AucPrediction area = new(.6, .08);
        Check[] checks = [new(100, .3, .05)];
        var grid = new PosteriorWeights(.9, area, checks);
        var mixed = new PosteriorWeights(.9, area, checks, library: Three);
        var own = PosteriorWeights.OfLibrary(Three, area, checks);

        var (reach, order) = Three.Reached(.9);
        double Own(double n) => order.Where(c => reach[c] <= LabelAxis.X(n) + 1e-12).Sum(c => own[c]);
        Assert.Equal((grid.PReach + order.Sum(c => own[c])) / 2, mixed.PReach, 12);
        foreach (var n in (double[])[50, 300, 1000, 4000])
            Assert.Equal((grid.PSuffices(n) + Own(n)) / 2, mixed.PSuffices(n), 12);
        Assert.Equal((grid.ExpectedAuc + own.Select((w, c) => w * Three.Auc[c]).Sum()) / 2, mixed.ExpectedAuc, 12);
        Assert.Equal((grid.ExpectedY(700) + own.Zip(Three.Curves(700), (w, y) => w * y).Sum()) / 2, mixed.ExpectedY(700), 12);
        // the quantile is the first need at which that much of the weight that reaches has reached
        var median = mixed.Quantile(.5)!.Value;
        Assert.InRange(mixed.PSuffices(median) / mixed.PReach, .5, 1);
        Assert.True(mixed.PSuffices(median * .999) / mixed.PReach < .5);
        Assert.Equal(1, mixed.Weights.ToArray().Sum(), 12);
    }

    [Fact]
    public void Forecast_WithALibrary_ReadsBandAndAreaOfBoth()
    {
        var grid = PosteriorForecast.Of(.9, new(.6, .08)).Posterior;
        var mixed = PosteriorForecast.Of(.9, new(.6, .08), library: Three).Posterior;

        Assert.NotEqual(grid.AucHat, mixed.AucHat);
        Assert.All(mixed.Band, b => Assert.True(b.Low <= b.Median && b.Median <= b.High));
        Assert.Equal(grid.Band.Select(b => b.Examples), mixed.Band.Select(b => b.Examples));
    }

    [Fact]
    public void Library_WithoutACurve_OrOneOfAnotherLength_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new CurveLibrary(LabelAxis.Budgets, []));
        Assert.Throws<ArgumentException>(() => new CurveLibrary(LabelAxis.Budgets, [[0, 1]]));
        Assert.Throws<ArgumentException>(() => new CurveLibrary([50, 100], [[0, 1]]));
    }
}
