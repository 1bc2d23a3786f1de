using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

public sealed class TurnsTests
{
    [Theory]
    [InlineData(.2, 1000, 200)]
    [InlineData(.5, 1000, 500)]
    [InlineData(.07, 1000, 70)]
    [InlineData(0, 1000, 0)]
    [InlineData(1, 1000, 1000)]
    public void At_SampleIsFull_GivesExactlyTheShare(double share, int claims, int expected) =>
        Assert.Equal(expected, Count(new Turns(Turns.Sample, false, share), claims, Stratum.Random));

    [Theory]
    [InlineData(99, true, .2, Stratum.Random, 500)]
    [InlineData(99, false, .2, Stratum.Random, 500)]
    [InlineData(100, true, .2, Stratum.Test, 500)]
    [InlineData(100, true, .7, Stratum.Test, 700)]
    [InlineData(0, true, 0, Stratum.Random, 0)]
    public void At_SampleIsNotFull_HalfOfTheTurnsFillIt(int random, bool testLeft, double share, Stratum queue, int expected)
    {
        var turns = new Turns(random, testLeft, share);
        Assert.Equal(expected, Count(turns, 1000, queue));
        Assert.Equal(1000 - expected, Count(turns, 1000, Stratum.Active));
    }

    private static int Count(Turns turns, int claims, Stratum queue) => Enumerable.Range(0, claims).Count(s => turns.At(s) == queue);
}
