using DataEfficiency.Engine.Selection;

namespace DataEfficiency.Engine.Tests.Selection;

public class FirstThirtyTwoTests
{
    private static IReadOnlyList<ItemOrder> Order(IEnumerable<RankedItem> pool, long seed) => new FirstThirtyTwo().Order([.. pool], seed);

    private static IEnumerable<RankedItem> Pool(int items) => Enumerable.Range(0, items).Select(i => new RankedItem(i, i / (double)items));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 10)]
    [InlineData(32, 32)]
    [InlineData(319, 32)]
    [InlineData(320, 32)]
    [InlineData(321, 33)]
    [InlineData(10003, 1001)]
    public void Candidates_AreTheTenthRoundedUp_AtLeast32(int items, int expected) =>
        Assert.Equal(expected, FirstThirtyTwo.Candidates(items));

    /// <summary>As projects were drawn before there was one class for it: their first 32 may never become other items.</summary>
    [Theory]
    [InlineData(7, "5 17 10 11 21 30 26 7 25 23 1 13 19 24 4 14 22 15 28 18 20 2 9 3 8 29 6 31 16 27 0 12")]
    [InlineData(-3, "17 13 18 14 3 24 26 2 8 25 5 20 10 16 19 6 27 15 22 1 11 9 23 7 21 31 0 4 12 29 28 30")]
    public void Order_KnownSeed_GivesTheDrawOfEarlierProjects(long seed, string drawRanks)
    {
        var order = Order(Pool(40), seed);
        Assert.Equal(Enumerable.Range(0, 40), order.Select(o => (int)o.Id));
        Assert.Equal(Enumerable.Range(0, 40), order.Select(o => o.ActiveRank));
        Assert.Equal(drawRanks, string.Join(' ', order.Take(32).Select(o => o.DrawRank)));
        Assert.All(order.Skip(32), o => Assert.Null(o.DrawRank));
    }

    [Fact]
    public void Order_SameSeed_SameDraw_OtherSeed_Other()
    {
        RankedItem[] pool = [.. Enumerable.Range(0, 1000).Select(i => new RankedItem(i, i * 37 % 1000 / 1000.0))];
        Assert.Equal(Order(pool, 5), Order(pool, 5));
        Assert.NotEqual(Order(pool, 5), Order(pool, 6));
        Assert.Equal(Order(pool, 5).Select(o => o.Id), Order(pool, 6).Select(o => o.Id));
    }

    [Fact]
    public void Order_Ties_StayInPoolOrder_AndItemsWithoutConfidenceComeLast()
    {
        var order = Order([new(1, .5), new(2, null), new(3, .5), new(4, .1)], 1);
        Assert.Equal([4, 1, 3, 2], order.Select(o => o.Id));
        Assert.Null(order[3].DrawRank);
        Assert.Equal([0, 1, 2], order.Take(3).Select(o => o.DrawRank!.Value).Order());
    }

    [Fact]
    public void Order_EveryCandidate_IsEquallyLikelyToBeFirst()
    {
        var first = new int[8];
        for (var seed = 0; seed < 4000; seed++) first[Order(Pool(8), seed).Single(o => o.DrawRank == 0).Id]++;
        Assert.All(first, n => Assert.InRange(n, 400, 600));
    }

    [Fact]
    public void Order_APoolOf100000_DrawsAllItsCandidates() => Assert.Equal(Enumerable.Range(0, 10_000),
        Order(Pool(100_000), 7).Where(o => o.DrawRank is not null).Select(o => o.DrawRank!.Value).Order());

    [Fact]
    public void Of_UnusableItems_AreReplacedByTheNextOfTheDraw()
    {
        var order = Order(Pool(1000), 7);
        long[] drawn = [.. order.Where(o => o.DrawRank is not null).OrderBy(o => o.DrawRank).Select(o => o.Id)];
        Assert.Equal(drawn.Take(32), FirstThirtyTwo.Of(order, _ => true));
        Assert.Equal([.. drawn.Take(3), .. drawn.Skip(5).Take(29)], FirstThirtyTwo.Of(order, id => id != drawn[3] && id != drawn[4]));
        var asked = new List<long>();
        FirstThirtyTwo.Of(order, id =>
        {
            asked.Add(id);
            return true;
        });
        Assert.Equal(drawn.Take(32), asked);
        Assert.Empty(FirstThirtyTwo.Of(order, _ => false));
    }
}
