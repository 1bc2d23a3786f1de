
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Tests.Randomness;

public class SplitMix64Tests
{
    [Theory]
    [InlineData(42UL, 13679457532755275413UL, 2949826092126892291UL, 5139283748462763858UL)]
    [InlineData(1UL, 0x910a2dec89025cc1UL, 0xbeeb8da1658eec67UL, 0xf893a2eefb32555eUL)]
    public void Next_KnownSeed_GivesPublishedNumbers(ulong seed, ulong first, ulong second, ulong third)
    {
        var random = new SplitMix64(seed);
        Assert.Equal([first, second, third], [random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public void NextIndex_Seed42Of8_GivesKnownIndices()
    {
        var random = new SplitMix64(42);
        Assert.Equal([5, 1, 2, 2, 0, 6, 1, 6, 2, 4], Enumerable.Range(0, 10).Select(_ => random.NextIndex(8)));
    }

    [Fact]
    public void NextUnit24_ManyDraws_StaysOnTheFloatGridInUnitInterval()
    {
        var random = new SplitMix64(7);
        for (var i = 0; i < 10_000; i++)
        {
            var f = random.NextUnit24();
            Assert.InRange(f, 0, 1 - Math.Pow(2, -24));
            Assert.Equal(f, (float)f);
        }
    }
}
