
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

/// <summary>The vectors of decision sections 7 and 8.</summary>
public class PosteriorTests
{
    [Fact]
    public void Grid_Prior_HasKnownMeanAndSpread()
    {
        Assert.Equal(6111, PosteriorGrid.Cells);
        Close.To(.422980, PosteriorGrid.MeanAuc);
        Close.To(.189591, PosteriorGrid.SdAuc);
    }

    [Theory]
    [InlineData(0, 0, 8, .736896, -4.169000, .827244, .9, .832408)]
    [InlineData(40, 3, 8, .500000, -.311950, .774865, .9, .717010)]
    [InlineData(48, 2, 5, .297870, -3.625682, .399368, .9, double.PositiveInfinity)]
    [InlineData(48, 2, 5, .297870, -3.625682, .399368, .5, .715747)]
    [InlineData(96, 6, 0, .000709, -9.583002, null, .5, double.PositiveInfinity)]
    public void Grid_KnownCell_HasKnownCurve(int i, int j, int h, double auc, double logPrior, double? y200, double share, double reach)
    {
        var c = PosteriorGrid.Cell(i, j, h);
        Close.To(auc, PosteriorGrid.Auc[c]);
        Close.To(logPrior, PosteriorGrid.LogPrior[c]);
        if (y200 is { } y) Close.To(y, PosteriorGrid.Curves(200)[c]);
        if (double.IsFinite(reach)) Close.To(reach, PosteriorGrid.Reach(c, share));
        else Assert.Equal(reach, PosteriorGrid.Reach(c, share));
    }

    // share, AUC', s_eff, tests, P_reach, median, 10 %, 90 %, P(500 ok), P(2000 ok), E[AUC], next check
    [Theory]
    [InlineData(.9, null, null, "", .593229, 488.863454, 56.990441, 2886.961598, .300059, .489964, .422980, 489)]
    [InlineData(.9, .419, .078, "", .624977, 756.493599, 175.079774, 2955.564616, .220859, .497171, .419976, 757)]
    [InlineData(.8, .419, .078, "", .771096, 488.481067, 119.166136, 2098.538913, .395658, .685466, .419976, 489)]
    [InlineData(.9, .60, null, "", .863333, 205.949293, 41.351024, 1460.573466, .632172, .806700, .597629, 206)]
    [InlineData(.9, null, null, "200:.35:0", .318920, 1754.014069, 673.757039, 4058.820144, .010902, .178575, .295987, 800)]
    [InlineData(.9, .419, .078, "50:.15:0 100:.25:0 200:.40:0", .551706, 1479.291195, 673.757039, 4058.820144, .018496, .365032, .336587,
        800)]
    public void Weights_VectorOfSection7_GivesItsNumbers(double share, double? auc, double? scale, string tests, double reach,
        double median, double low, double high, double p500, double p2000, double expectedAuc, int next)
    {
        // .089359 of section 7's fourth row is sqrt(.078^2 + (.545 .08)^2), rounded in the table.
        var prediction = auc is { } a ? new AucPrediction(a, scale ?? Math.Sqrt(.078 * .078 + .545 * .08 * .545 * .08)) : null;
        var p = PosteriorForecast.Of(share, prediction, Checks(tests)).Posterior;
        Close.To(reach, p.PReach);
        Close.To(median, p.Median);
        Close.To(low, p.Low80);
        Close.To(high, p.High80);
        Close.To(p500, p.PSuffices[500]);
        Close.To(p2000, p.PSuffices[2000]);
        Close.To(expectedAuc, p.ExpectedAuc);
        Assert.Equal(next, p.NextCheck);
    }

    // share, AUC', s_eff, tests, P_reach, median, 10 %, 90 %, P(500 ok), P(2000 ok), AUC_hat, next check, P_ok, bands at 500, 1000, 5000
    [Theory]
    [InlineData(.9, null, null, "", .593229, 488.863454, 56.990441, 2886.961598, .300059, .489964, .433404, 489, null,
        "0.240349/0.743387/0.991753", "0.316240/0.831627/1.000000", "0.429285/0.933857/1.000000")]
    [InlineData(.9, .419, .078, "", .624977, 756.493599, 175.079774, 2955.564616, .220859, .497171, .434001, 757, null,
        "0.462729/0.745693/0.967223", "0.541245/0.837003/0.996249", "0.638443/0.938342/1.000000")]
    [InlineData(.8, .6, .089359, "", .943489, 105.446734, 25.723986, 605.324689, .828729, .924088, .612120, 106, null,
        "0.732858/0.933619/1.000000", "0.787978/0.956422/1.000000", "0.865326/0.979101/1.000000")]
    [InlineData(.9, null, null, "200:.35:0", .318920, 1754.014069, 673.757039, 4058.820144, .010902, .178575, .304543, 800, .000000,
        "0.350000/0.513596/0.741224", "0.350000/0.614252/0.879071", "0.357014/0.788230/0.989420")]
    [InlineData(.9, .419, .078, "200:.4:.05 800:.94:.05", .864361, 1052.191701, 521.836215, 2714.255699, .078545, .695240, .403869, 1200,
        .505159, "-", "0.890000/0.890000/0.973443", "0.890000/0.969441/1.000000")]
    [InlineData(.95, .65, .078, "50:.93:.02", .957729, 94.357941, 32.643549, 445.913969, .875031, .940925, .738754, 95, .105674,
        "0.911812/0.984977/1.000000", "0.923497/0.990159/1.000000", "0.934722/0.995381/1.000000")]
    public void ReadOut_VectorOfSection8_GivesItsNumbers(double share, double? auc, double? scale, string tests, double reach,
        double median, double low, double high, double p500, double p2000, double aucHat, int next, double? met,
        string band500, string band1000, string band5000)
    {
        var p = PosteriorForecast.Of(share, auc is { } a ? new AucPrediction(a, scale!.Value) : null, Checks(tests)).Posterior;
        Close.To(reach, p.PReach);
        Close.To(median, p.Median);
        Close.To(low, p.Low80);
        Close.To(high, p.High80);
        Close.To(p500, p.PSuffices[500]);
        Close.To(p2000, p.PSuffices[2000]);
        Close.To(aucHat, p.AucHat);
        Assert.Equal(next, p.NextCheck);
        if (met is { } m) Close.To(m, p.PTargetMet);
        else Assert.Null(p.PTargetMet);
        AssertBand(band500, p, 500);
        AssertBand(band1000, p, 1000);
        AssertBand(band5000, p, 5000);
    }

    [Fact]
    public void Area_OfOneCell_IsItsTrapezoid()
    {
        var c = PosteriorGrid.Cell(40, 3, 8);
        double[] x = [0, .. LabelAxis.Budgets.Skip(1).Select(n => LabelAxis.X(n))];
        double[] y = [0, .. LabelAxis.Budgets.Skip(1).Select(n => PosteriorGrid.Curves(n)[c])];
        Close.To(.540119, LabelAxis.Area(x, y));
    }

    [Fact]
    public void Posterior_GoodChecks_ExpectMoreThanBadOnes()
    {
        double Auc(string checks) => PosteriorForecast.Of(.9, new(.419, .078), Checks(checks)).Posterior.AucHat;
        Assert.True(Auc("200:.2:.02") < Auc("") && Auc("") < Auc("200:.8:.02"));
    }

    [Fact]
    public void PSuffices_GrowingLabels_NeverFallsAndEndsAtPReach()
    {
        var w = PosteriorForecast.Of(.8, new(.5, .1), Checks("100:.3:.03 400:.5:.03")).Weights;
        var p = PosteriorReadOut.ChartBudgets.Select(n => w.PSuffices(n)).ToArray();
        Assert.Equal(p.Order(), p);
        Close.To(w.PReach, p[^1]);
        var total = 0.0;
        foreach (var weight in w.Weights) total += weight;
        Close.To(1, total, 1e-12);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("200:.35:.02", 210)]
    public void Band_WholeChart_GrowsAndIsOrdered(string tests, int first)
    {
        var band = PosteriorForecast.Of(.9, null, Checks(tests)).Posterior.Band;
        Assert.InRange(band[0].Examples, 1, first + 60);
        Assert.Equal(5000, band[^1].Examples);
        Assert.All(band, b => Assert.True(b.Low <= b.Median && b.Median <= b.High && b.High <= 1));
        Assert.Equal(band.Select(b => b.Examples).Distinct().Order(), band.Select(b => b.Examples));
        // the spread of one run widens with the distance from the last check, so only the median must rise
        Assert.Equal(band.Select(b => Math.Round(b.Median, 6)).Order(), band.Select(b => Math.Round(b.Median, 6)));
    }

    [Fact]
    public void Posterior_UnreachableEverywhere_HasNoQuantiles()
    {
        // A flat, exact curve at 0 up to 5,000 rules out every curve that reaches .9.
        var p = PosteriorForecast.Of(.9, null, Checks("200:0:0 1000:0:0 5000:0:0")).Posterior;
        Assert.Equal((0, null, null, null), (p.PReach, p.Median, p.Low80, p.High80));
        Assert.Equal(5000, p.NextCheck);
        Assert.Empty(p.Band);
    }

    [Fact]
    public void Posterior_UnorderedAndFallingPoints_AreCleaned()
    {
        var clean = PosteriorForecast.Of(.9, null, Checks("100:.35:.02 200:.35:.02"), yRaw: .3).Posterior;
        var raw = PosteriorForecast.Of(.9, null, Checks("200:.3:.02 100:.4:.02")).Posterior;
        Assert.Equal(clean with { Band = [], PSuffices = raw.PSuffices }, raw with { Band = [] });
    }

    [Fact]
    public void Posterior_FallingPointsOfSmallTests_LieBelowTheirRunningBest()
    {
        var noisy = PosteriorForecast.Of(.9, null, Checks("50:.3:.2 100:.7:.2 200:.4:.2")).Posterior;
        var best = PosteriorForecast.Of(.9, null, Checks("50:.3:.2 100:.7:.2 200:.7:.2")).Posterior;
        Assert.True(noisy.AucHat < best.AucHat - .02, $"{noisy.AucHat} and {best.AucHat}");
        Assert.True(noisy.Median > best.Median);
    }

    // One lucky score out of 12 examples is no floor.
    [Fact]
    public void Posterior_PointOfAFewTests_HoldsNoCurveUp()
    {
        var band = PosteriorForecast.Of(.9, null, Checks("100:.9:.15")).Posterior.Band;
        Assert.True(band[0].Low < .7, $"{band[0].Low} at {band[0].Examples}");
        var sure = PosteriorForecast.Of(.9, null, Checks("100:.9:.1")).Posterior.Band;
        Assert.All(sure, b => Assert.True(b.Low >= .8, $"{b.Low} at {b.Examples}"));
    }

    [Theory]
    [InlineData("0:.1:0", "0 examples")]
    [InlineData("6000:.1:0", "6000")]
    [InlineData("200:.1:0 200:.2:0", "two points at 200")]
    [InlineData("200:.1:-1", "standard error")]
    [InlineData("200:NaN:0", "NaN")]
    public void Of_UnusablePoint_IsNamed(string tests, string named) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => PosteriorForecast.Of(.9, null, Checks(tests))).Message);

    internal static Check[] Checks(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => t.Split(':'))
            .Select(f => new Check(int.Parse(f[0]), double.Parse(f[1]), double.Parse(f[2])))];

    private static void AssertBand(string expected, Posterior posterior, int examples)
    {
        var found = posterior.Band.SingleOrDefault(b => b.Examples == examples);
        if (expected == "-")
        {
            Assert.Null(found);
            return;
        }
        double[] numbers = [.. expected.Split('/').Select(double.Parse)];
        Close.To(numbers[0], found?.Low);
        Close.To(numbers[1], found?.Median);
        Close.To(numbers[2], found?.High);
    }
}
