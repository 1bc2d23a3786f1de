// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014): one 64-bit state, one addition and
// two multiplications a draw. Used where numbers must be the same on every machine and in every language: the A matrices of the
// adapter, the example bootstrap of CoS-Low and the draw of the first 32.
namespace DataEfficiency.Engine.Randomness;

/// <summary>A seeded stream of 64-bit numbers. Not safe for several threads.</summary>
public sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A whole number in [0, count), count at least 1: ((next &gt;&gt; 11) * count) &gt;&gt; 53.</summary>
    public int NextIndex(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)(((UInt128)(Next() >> 11) * (ulong)count) >> 53);
    }

    /// <summary>A uniformly drawn order (Fisher and Yates, from the last item down).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextIndex(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>A number in [0, 1) on the grid of float32: (next &gt;&gt; 40) 2^-24, exact.</summary>
    public double NextUnit24() => (Next() >> 40) * (1.0 / (1 << 24));
}
