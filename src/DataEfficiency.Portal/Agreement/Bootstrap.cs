namespace DataEfficiency.Portal.Agreement;

public readonly record struct Interval(double Low, double High);

/// <summary>How far a measure would lie elsewhere on other items of the same pool: 95 of 100 resamples lie inside.</summary>
public static class Bootstrap
{
    public const int Resamples = 1000, LeastItems = 30;

    private const int Seed = 20_26;

    /// <param name="itemOf">Which item each unit is of; the units of an item stand together, and are drawn together.</param>
    /// <param name="kindOf">The kind of each unit.</param>
    /// <param name="measure">Of how many units of each kind there are; null: undefined on them.</param>
    /// <returns>Null: too few items to say.</returns>
    public static Interval? Of(IReadOnlyList<long> itemOf, IReadOnlyList<int> kindOf, int kinds, Func<int[], double?> measure)
    {
        var units = kindOf.ToArray();
        int[] starts = [.. Enumerable.Range(0, units.Length).Where(u => u == 0 || itemOf[u] != itemOf[u - 1]), units.Length];
        var items = starts.Length - 1;
        if (items < LeastItems) return null;
        var random = new Random(Seed);
        var times = new int[kinds];
        List<double> found = new(Resamples);
        for (var r = 0; r < Resamples; r++)
        {
            Array.Clear(times);
            for (var i = 0; i < items; i++)
            {
                var item = random.Next(items);
                for (var u = starts[item]; u < starts[item + 1]; u++) times[units[u]]++;
            }
            if (measure(times) is { } value) found.Add(value);
        }
        found.Sort();
        return found.Count == 0 ? null : new(At(found, .025), At(found, .975));
    }

    private static double At(List<double> sorted, double share)
    {
        var place = share * (sorted.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
