namespace DataEfficiency.Portal.Agreement;

/// <summary>How often each value was given to one item: what agreement by chance and observed agreement are made of.</summary>
/// <param name="Answers">Of how many people.</param>
/// <param name="Values">Those that were given, rising.</param>
public sealed record ValueCounts(int Answers, IReadOnlyList<(int Value, int Times)> Values)
{
    public static ValueCounts Of(int answers, IEnumerable<int> given) =>
        new(answers, [.. given.GroupBy(v => v).OrderBy(g => g.Key).Select(g => (g.Key, g.Count()))]);

    /// <summary>Equal where nothing that is measured tells two items apart.</summary>
    public string Key => $"{Answers}|{string.Join(',', Values.Select(v => $"{v.Value}:{v.Times}"))}";
}

/// <summary>Items of which many look the same, each kind once: a thousand resamples count kinds, not answers.</summary>
/// <param name="Kinds">The different ones.</param>
/// <param name="KindOf">Of each item.</param>
public sealed record CountedItems(IReadOnlyList<ValueCounts> Kinds, IReadOnlyList<int> KindOf)
{
    public static CountedItems Of(IEnumerable<ValueCounts> items)
    {
        Dictionary<string, int> known = [];
        List<ValueCounts> kinds = [];
        List<int> kindOf = [];
        foreach (var item in items)
        {
            var key = item.Key;
            if (!known.TryGetValue(key, out var kind))
            {
                known[key] = kind = kinds.Count;
                kinds.Add(item);
            }
            kindOf.Add(kind);
        }
        return new(kinds, kindOf);
    }

    /// <summary>How many items are of each kind.</summary>
    public int[] Times()
    {
        var times = new int[Kinds.Count];
        foreach (var kind in KindOf) times[kind]++;
        return times;
    }

    /// <summary>Values are numbered below this.</summary>
    public int Values { get; } = Kinds.Select(k => k.Values.Count == 0 ? -1 : k.Values[^1].Value).DefaultIfEmpty(-1).Max() + 1;
}
