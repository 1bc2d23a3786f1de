using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Portal.Importing;

/// <summary>The seeded random order of a pool (Fisher and Yates with SplitMix64): every prefix of it is a random sample.</summary>
public static class Permutation
{
    /// <summary>Element i is the place of the i-th item.</summary>
    public static int[] Of(int count, long seed, int importId)
    {
        // an import that is added later has an order of its own behind the first one's
        var random = new SplitMix64(unchecked((ulong)seed * 0x9E3779B97F4A7C15 + (ulong)importId));
        var places = new int[count];
        for (var i = 0; i < count; i++) places[i] = i;
        for (var i = count - 1; i > 0; i--)
        {
            var j = (int)(((UInt128)random.Next() * (ulong)(i + 1)) >> 64);
            (places[i], places[j]) = (places[j], places[i]);
        }
        return places;
    }
}
