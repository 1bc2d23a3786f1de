
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class CosLowStatisticsTests
{
    /// <summary>The matrix of decision section 7: a_i = .2 + .6 i/(m-1), cos_ij = a_i a_j + .05 (-1)^(i+j).</summary>
    internal static double[][] Matrix(int m)
    {
        double A(int i) => .2 + .6 * i / (m - 1);
        return [.. Enumerable.Range(0, m)
            .Select(i => Enumerable.Range(0, m).Select(j => i == j ? 1 : A(i) * A(j) + ((i + j) % 2 == 0 ? .05 : -.05)).ToArray())];
    }

    internal static string[] Answers(int m) => [.. Enumerable.Range(0, m).Select(i => i % 2 == 0 ? "yes" : "no")];

    [Theory]
    [InlineData(4, .180000, .108437, .110000, .430000, 195)]
    [InlineData(8, .213878, .076084, .124286, .384286, 200)]
    [InlineData(16, .226000, .051555, .158000, .319200, 200)]
    public void ExampleBootstrap_KnownMatrix_GivesKnownSpread(int m, double median, double sd, double low, double high, int kept)
    {
        var spread = CosLowStatistics.ExampleBootstrap(Matrix(m))!;
        Close.To(median, CosLowStatistics.Of(Matrix(m), Answers(m)).Median);
        Close.To(sd, spread.StandardDeviation);
        Close.To(low, spread.Low);
        Close.To(high, spread.High);
        Assert.Equal(kept, spread.Replicates);
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(1, false, false)]
    [InlineData(2, true, false)]
    [InlineData(7, true, false)]
    [InlineData(8, true, true)]
    public void Of_FewExamples_GivesOnlyWhatIsCalibrated(int m, bool median, bool interval)
    {
        var result = CosLowStatistics.Of(m < 2 ? [.. Enumerable.Range(0, m).Select(_ => new[] { 1.0 })] : Matrix(m), Answers(m));
        Assert.Equal(m, result.Count);
        Assert.Equal(median, result.Median is not null);
        Assert.Equal(interval, result.StandardError is not null);
        Assert.Equal(interval, result.Low is not null && result.High is not null);
    }

    [Fact]
    public void Of_EvenCount_TakesMeanOfMiddleTwo() => Assert.Equal(2.5, CosLowStatistics.Median([4, 1, 3, 2]));

    [Fact]
    public void Of_FortyExamples_UsesTheFirst32()
    {
        var forty = Matrix(40);
        var first = forty.Take(32).Select(r => r.Take(32).ToArray()).ToArray();
        var (all, frozen) = (CosLowStatistics.Of(forty, Answers(40)), CosLowStatistics.Of(first, Answers(32)));
        Assert.Equal(32, all.Count);
        Assert.Equal(32, all.Cosines.Length);
        Assert.Equal(frozen with { Cosines = [] }, all with { Cosines = [] });
    }

    [Fact]
    public void Of_TwoAnswers_SplitsWithinAndBetween()
    {
        double[][] cosines = [[1, .9, .1], [.9, 1, .3], [.1, .3, 1]];
        var result = CosLowStatistics.Of(cosines, ["a", "a", "b"]);
        Assert.Equal((.9, .2), (result.WithinAnswers, Math.Round(result.BetweenAnswers!.Value, 12)));
        Assert.Null(CosLowStatistics.Of(cosines, ["a", "b", "c"]).WithinAnswers);
    }

    [Fact]
    public void Of_UnusableMatrix_NamesWhatIsWrong()
    {
        Assert.Contains("one answer a row", Assert.Throws<ArgumentException>(() => CosLowStatistics.Of(Matrix(4), Answers(3))).Message);
        Assert.Contains("Row 1", Assert.Throws<ArgumentException>(() => CosLowStatistics.Of([[1, .5], [.5]], Answers(2))).Message);
        Assert.Contains("NaN",
            Assert.Throws<ArgumentException>(() => CosLowStatistics.Of([[1, double.NaN], [double.NaN, 1]], Answers(2))).Message);
    }
}
