// Attributes, items, slices and methods of values. x.name looks for a method first, x["name"] for an item first.
namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaMembers
{
    public static object? Attribute(object? of, string key, JinjaLimits limits) => of switch
    {
        Undefined u => throw new ChatTemplateException($"{u.What} is undefined; it has no '{key}'"),
        JinjaDictionary map => (map.IsNamespace ? null : DictionaryMethod(map, key)) ?? (map.TryGetValue(key, out var value) ? value : new Undefined($"'{key}'")),
        string text => JinjaStringMethods.Find(limits.Made(text), key, limits) ?? (object)new Undefined($"'{key}' of a string"),
        JinjaList list => ListMethod(list, key) ?? (object)new Undefined($"'{key}' of a list"),
        _ => new Undefined($"'{key}' of {JinjaValue.TypeName(of)}"),
    };

    public static object? Item(object? of, object? key, JinjaLimits limits)
    {
        switch (of)
        {
            case Undefined u: throw new ChatTemplateException($"{u.What} is undefined; it has no items");
            case JinjaDictionary map when key is string name: return map.TryGetValue(name, out var value) ? value : Attribute(of, name, limits);
            case JinjaList or string when key is long n:
                var items = JinjaValue.Items(of);
                var place = n < 0 ? n + items.Count : n;
                return place >= 0 && place < items.Count ? items[(int)place] : new Undefined($"item {n} of {JinjaValue.TypeName(of)} of length {items.Count}");
            case JinjaList or string when key is string name: return Attribute(of, name, limits);
            default: return new Undefined($"item {JinjaValue.Text(key)} of {JinjaValue.TypeName(of)}");
        }
    }

    public static object Slice(object? of, object? start, object? stop, object? step)
    {
        if (of is not (string or JinjaList)) throw new ChatTemplateException($"{JinjaValue.TypeName(of)} cannot be sliced");
        var items = JinjaValue.Items(of);
        var by = step is null ? 1 : JinjaValue.ToLong(step);
        if (by == 0) throw new ChatTemplateException("the step of a slice is zero");
        long n = items.Count, low = by > 0 ? 0 : -1, high = by > 0 ? n : n - 1;
        var taken = new List<object?>();
        // Python's rule: negative places count from the end, and what lies outside is moved to the border.
        var (from, to) = (Place(start, by > 0 ? low : high), Place(stop, by > 0 ? high : low));
        for (var i = from; by > 0 ? i < to : i > to; i += Math.Clamp(by, -n - 1, n + 1)) taken.Add(items[(int)i]);
        return of is string ? string.Concat(taken) : new JinjaList(taken, ((JinjaList)of).IsTuple);

        long Place(object? value, long absent) => value is null ? absent : Math.Clamp(JinjaValue.ToLong(value) is var p && p < 0 ? p + n : p, low, high);
    }

    public static bool Contains(object? of, object? item) => of switch
    {
        string text => Holds(text, JinjaValue.ToText(item)),
        JinjaDictionary map => item is string key && map.ContainsKey(key),
        JinjaList list => list.Any(i => JinjaValue.Equals(i, item)),
        Undefined => false,
        _ => throw new ChatTemplateException($"'in' does not take {JinjaValue.TypeName(of)}"),
    };

    private static bool Holds(string text, string sought)
    {
        JinjaLimits.Running.Search(text, sought);
        return text.Contains(sought, StringComparison.Ordinal);
    }

    public static JinjaList Pairs(JinjaDictionary map) => new(JinjaValue.Counted(map).Select(p => (object?)new JinjaList([p.Key, p.Value], isTuple: true)));

    private static JinjaFunction? DictionaryMethod(JinjaDictionary map, string name) => name switch
    {
        "items" => _ => Pairs(map),
        "keys" => _ => new JinjaList(JinjaValue.Counted(map).Keys),
        "values" => _ => new JinjaList(JinjaValue.Counted(map).Values),
        "get" => a => a.Need(0, "key") is string key && map.TryGetValue(key, out var value) ? value : a.Get(1, "default"),
        "copy" => _ => Copy(map),
        "update" or "pop" or "setdefault" or "clear" or "popitem" => throw new ChatTemplateException($"the method '{name}' changes a mapping, which is not allowed"),
        _ => null,
    };

    private static JinjaDictionary Copy(JinjaDictionary map)
    {
        var copy = new JinjaDictionary();
        foreach (var (key, value) in JinjaValue.Counted(map)) copy[key] = value;
        return copy;
    }

    private static JinjaFunction? ListMethod(JinjaList list, string name) => name switch
    {
        "count" => a => (long)list.Count(i => JinjaValue.Equals(i, a.Need(0, "value"))),
        "index" => a => list.FindIndex(i => JinjaValue.Equals(i, a.Need(0, "value"))) is var at and >= 0 ? (long)at : throw new ChatTemplateException("index: the value is not in the list"),
        "copy" => _ => new JinjaList(JinjaValue.Counted(list), list.IsTuple),
        "append" or "extend" or "insert" or "pop" or "remove" or "sort" or "reverse" or "clear" => throw new ChatTemplateException($"the method '{name}' changes a list, which is not allowed"),
        _ => null,
    };
}
