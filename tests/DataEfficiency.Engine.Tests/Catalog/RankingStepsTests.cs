using DataEfficiency.Engine.Catalog;

namespace DataEfficiency.Engine.Tests.Catalog;

public class RankingStepsTests
{
    // SmolLM2-135M as measured: 3.4 s a batch and .24 s an item. Steps that had to fit into 500 ms stayed at one item for good.
    [Fact]
    public void Next_OnASlowModel_GrowsToABatchThatIsAsFastAnItemAsTheLargest()
    {
        static double Seconds(int items) => 3.4 + .24 * items;
        var sizes = new List<int> { RankingSteps.First };
        for (var i = 0; i < 6; i++)
            sizes.Add(RankingSteps.Next(sizes[^1], sizes[^1], TimeSpan.FromSeconds(Seconds(sizes[^1])), RankingSteps.Longest));
        Assert.Equal([16, 64, 204], sizes[..3]);
        Assert.InRange(Seconds(sizes[^1]) / sizes[^1] / (Seconds(RankingSteps.Largest) / RankingSteps.Largest), 1, 1.01);
        Assert.InRange(Seconds(sizes[^1]), 40, 61);
    }

    [Theory]
    [InlineData(16, 16, .01, 64)]
    [InlineData(256, 256, 1, 256)]
    [InlineData(64, 64, 60, 32)]
    [InlineData(16, 16, 900, 16)]
    [InlineData(64, 3, 60, 64)] // the end of a pool says nothing about a whole step
    public void Next_OfAStep_IsWhatFitsAndFourTimesAtMost(int size, int ranked, double seconds, int next) =>
        Assert.Equal(next, RankingSteps.Next(size, ranked, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(30)));
}
