// Attributes, items and slices of values. x.name looks for a method first, x["name"] for an item first; what is nowhere is undefined.
namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaMembers
{
    // jinja2's immutable sandbox hides them.
    private static readonly string[] Changing =
        ["append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort", "update"];

    public static object? Attribute(object? of, string key)
    {
        if (of is Undefined u) throw u.Asked($"it has no '{key}'");
        if (TryGet(of, key, out var value)) return value;
        return of is JinjaDictionary map && map.TryGetValue(key, out value) ? value
            : new Undefined($"'{key}' of {JinjaValue.TypeName(of)}");
    }

    public static object? Item(object? of, object? key)
    {
        switch (of)
        {
            case Undefined u: throw u.Asked("it has no items");
            case JinjaDictionary map when IsKey(key) && map.TryGetValue(key, out var value): return value;
            case JinjaList or string or JinjaMarkup or JinjaRange when JinjaArithmetic.IsWhole(key):
                return At(of, JinjaValue.ToCount(key));
        }
        if (JinjaValue.IsText(key, out var name) && TryGet(of, name, out var found)) return found;
        var shown = JinjaValue.IsText(key, out _) ? $"'{name}'" : JinjaValue.TypeName(key);
        return new Undefined($"item {shown} of {JinjaValue.TypeName(of)}");
    }

    /// <summary>Whether a value can be a key at all; jinja2 makes no error of asking for one that cannot.</summary>
    private static bool IsKey(object? key) => key switch
    {
        JinjaList { IsTuple: true } tuple => tuple.All(IsKey),
        JinjaList or JinjaDictionary or JinjaView => false,
        _ => true,
    };

    private static object? At(object of, long place)
    {
        var items = of is JinjaRange ? null : JinjaValue.Items(of);
        var count = items?.Count ?? ((JinjaRange)of).Count;
        var at = place < 0 ? place + count : place;
        if (at < 0 || at >= count) return new Undefined($"item {place} of {JinjaValue.TypeName(of)} of length {count}");
        var item = items is null ? ((JinjaRange)of)[(int)at] : items[(int)at];
        return of is JinjaMarkup ? new JinjaMarkup((string)item!) : item;
    }

    /// <summary>Python's getattr(), behind the sandbox.</summary>
    public static bool TryGet(object? of, string key, out object? value)
    {
        value = null;
        if (key.StartsWith("__", StringComparison.Ordinal) && key.EndsWith("__", StringComparison.Ordinal)) return false;
        switch (of)
        {
            case IJinjaObject named:
                if (named.TryGet(key, out var own))
                {
                    value = own;
                    return true;
                }
                break;
            case string or JinjaMarkup: value = JinjaStringMethods.Find(of, key); break;
            case JinjaDictionary map: value = DictionaryMethod(map, key); break;
            case JinjaList list: value = list.Names.ToList().IndexOf(key) is var at and >= 0 ? list[at] : ListMethod(list, key); break;
            case JinjaRange range: value = RangeMember(range, key); break;
            case JinjaView view when key is "isdisjoint" && view.Kind != "dict_values":
                value = Method(key, "other /", a => !JinjaValue.Iterate(a[0]).Any(i => Contains(view, i)));
                break;
            default:
                if (JinjaValue.IsNumber(of)) value = JinjaNumberMethods.Find(of!, key);
                break;
        }
        if (value is null && of is JinjaList { IsTuple: false } or JinjaDictionary && Changing.Contains(key) && HasChanging(of!, key))
            value = new Undefined($"the method '{key}', which would change {JinjaValue.TypeName(of)}, is not allowed:");
        return value is not null || of is JinjaList { Names.Count: > 0 } group && group.Names.Contains(key);
    }

    private static bool HasChanging(object of, string key) =>
        of is JinjaList ? key is not ("popitem" or "setdefault" or "update")
            : key is "clear" or "pop" or "popitem" or "setdefault" or "update";

    public static object Slice(object? of, object? start, object? stop, object? step)
    {
        if (of is not (string or JinjaMarkup or JinjaList or JinjaRange))
            throw new ChatTemplateException($"{JinjaValue.TypeName(of)} cannot be sliced");
        var items = JinjaValue.Items(of);
        var by = step is null ? 1 : JinjaValue.ToCount(step);
        if (by == 0) throw new ChatTemplateException("the step of a slice is zero");
        long n = items.Count, low = by > 0 ? 0 : -1, high = by > 0 ? n : n - 1;
        var taken = new List<object?>();
        // Python's rule: negative places count from the end, and what lies outside is moved to the border.
        var (from, to) = (Place(start, by > 0 ? low : high), Place(stop, by > 0 ? high : low));
        by = Math.Clamp(by, -n - 1, n + 1);
        for (var i = from; by > 0 ? i < to : i > to; i += by) taken.Add(items[(int)i]);
        return of switch
        {
            string => string.Concat(taken),
            JinjaMarkup => new JinjaMarkup(string.Concat(taken)),
            JinjaRange range =>
                new JinjaRange(range.Start + from * range.Step, range.Start + to * range.Step, range.Step * by, taken.Count),
            _ => new JinjaList(taken, ((JinjaList)of).IsTuple),
        };

        long Place(object? value, long absent) =>
            value is null ? absent : Math.Clamp(JinjaValue.ToCount(value) is var p && p < 0 ? p + n : p, low, high);
    }

    public static bool Contains(object? of, object? item)
    {
        if (JinjaValue.IsText(of, out var text))
        {
            var sought = JinjaValue.ToText(item);
            JinjaLimits.Running.Search(text, sought);
            return text.Contains(sought, StringComparison.Ordinal);
        }
        return of switch
        {
            JinjaDictionary map => map.Contains(item),
            JinjaNamespace or JinjaMacro => throw new ChatTemplateException($"'in' does not take {JinjaValue.TypeName(of)}"),
            _ => JinjaValue.Iterate(of).Any(i => ReferenceEquals(i, item) || JinjaEquality.Same(i, item)),
        };
    }

    public static JinjaList Pairs(JinjaDictionary map) =>
        new(JinjaValue.Counted(map).Pairs.Select(p => (object?)JinjaList.Tuple(p.Key, p.Value)));

    private static JinjaFunction? DictionaryMethod(JinjaDictionary map, string name) => name switch
    {
        "items" => Method(name, "/", _ => new JinjaView("dict_items", Pairs(map))),
        "keys" => Method(name, "/", _ => new JinjaView("dict_keys", [.. JinjaValue.Counted(map).Keys])),
        "values" => Method(name, "/", _ => new JinjaView("dict_values", [.. JinjaValue.Counted(map).Values])),
        "get" => Method(name, "key default? /", a => map.TryGetValue(a[0], out var value) ? value : a[1]),
        "copy" => Method(name, "/", _ => Copy(map)),
        _ => null,
    };

    private static JinjaDictionary Copy(JinjaDictionary map)
    {
        var copy = new JinjaDictionary();
        foreach (var (key, value) in JinjaValue.Counted(map).Pairs) copy[key] = value;
        return copy;
    }

    private static JinjaFunction? ListMethod(JinjaList list, string name) => name switch
    {
        "count" => Method(name, "value /", a => (long)list.Count(i => JinjaEquality.Same(i, a[0]))),
        "index" => Method(name, "value start? stop? /", a => Find(list, a[0], a.Count(1, 0), a.Count(2, long.MaxValue))),
        "copy" when !list.IsTuple => Method(name, "/", _ => new JinjaList(JinjaValue.Counted(list))),
        _ => null,
    };

    private static long Find(JinjaList list, object? value, long start, long stop)
    {
        if (start < 0) start = Math.Max(0, start + list.Count);
        if (stop < 0) stop += list.Count;
        for (var i = start; i < Math.Min(stop, list.Count); i++)
            if (JinjaEquality.Same(list[(int)i], value)) return i;
        throw new ChatTemplateException("index: the value is not in the list");
    }

    private static object? RangeMember(JinjaRange range, string name) => name switch
    {
        "start" => range.Start,
        "stop" => range.Stop,
        "step" => range.Step,
        "count" => Method(name, "value /", a => (long)JinjaValue.Items(range).Count(i => JinjaEquality.Same(i, a[0]))),
        "index" => Method(name, "value /", a => Find(new JinjaList(JinjaValue.Items(range)), a[0], 0, long.MaxValue)),
        _ => null,
    };

    public static JinjaFunction Method(string name, string parameters, Func<JinjaBound, object?> run)
    {
        var signature = new JinjaSignature(parameters);
        return new JinjaFunction(name, arguments => run(signature.Bind(name, arguments)));
    }
}
