using DataEfficiency.Portal.Estimating;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class CandidateDrawTests
{
    [Theory]
    [InlineData(10, 10)]
    [InlineData(32, 32)]
    [InlineData(319, 32)]
    [InlineData(321, 33)]
    [InlineData(10003, 1001)]
    public void Count_IsTheTenthRoundedUp_AtLeast32(int items, int expected) => Assert.Equal(expected, CandidateDraw.Count(items));

    [Fact]
    public void Of_SameSeed_SameDraw_OtherSeed_Other()
    {
        var items = Enumerable.Range(0, 1000).Select(i => ((long)i, (double?)(i * 37 % 1000 / 1000.0))).ToArray();
        Assert.Equal(CandidateDraw.Of(items, 5), CandidateDraw.Of(items, 5));
        Assert.NotEqual(CandidateDraw.Of(items, 5), CandidateDraw.Of(items, 6));
        Assert.Equal(CandidateDraw.Of(items, 5).Select(o => o.Id), CandidateDraw.Of(items, 6).Select(o => o.Id));
    }

    [Fact]
    public void Of_Ties_StayInPoolOrder_AndItemsWithoutConfidenceComeLast()
    {
        var order = CandidateDraw.Of([(1, .5), (2, null), (3, .5), (4, .1)], 1);
        Assert.Equal([4, 1, 3, 2], order.Select(o => o.Id));
        Assert.Null(order[3].DrawRank);
        Assert.Equal([0, 1, 2], order.Take(3).Select(o => o.DrawRank!.Value).Order());
    }

    [Fact]
    public void Of_EveryPlace_IsEquallyLikely()
    {
        var items = Enumerable.Range(0, 8).Select(i => ((long)i, (double?)(i / 10.0))).ToArray();
        var first = new int[8];
        for (var seed = 0; seed < 4000; seed++) first[CandidateDraw.Of(items, seed).Single(o => o.DrawRank == 0).Id]++;
        Assert.All(first, n => Assert.InRange(n, 400, 600));
    }

    [Fact]
    public void Of_APoolOf100000_DrawsTheOrderOfAllItsCandidates()
    {
        var order = CandidateDraw.Of([.. Enumerable.Range(0, 100_000).Select(i => ((long)i, (double?)(i / 100_000.0)))], 7);

        Assert.Equal(Enumerable.Range(0, 10_000), order.Where(o => o.DrawRank is not null).Select(o => o.DrawRank!.Value).Order());
    }
}
