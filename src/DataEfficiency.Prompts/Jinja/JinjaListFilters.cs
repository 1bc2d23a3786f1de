// Filters on lists, mappings and whatever a loop can run over. Those that jinja2 writes as generators are read once and only as far as
// needed.
namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaListFilters
{
    private static readonly IComparer<object?> ByOrder = Comparer<object?>.Create(JinjaEquality.Order);

    public static void AddTo(Action<string, string, Func<object?, JinjaBound, object?>> add)
    {
        add("default d", "default_value? boolean?", (v, a) => v is Undefined || a.IsTrue(1) && !JinjaValue.IsTrue(v) ? a.Or(0, "") : v);
        add("length count", "/", (v, _) =>
            JinjaValue.Length(v) ?? throw new ChatTemplateException($"{JinjaValue.TypeName(v)} has no length"));
        add("first", "", (v, _) => JinjaValue.Iterate(v).FirstOrDefault(new Undefined("the first of nothing")));
        add("last", "", (v, _) => Reversible(v).LastOrDefault(new Undefined("the last of nothing")));
        add("list", "", (v, _) => new JinjaList(JinjaValue.Items(v)));
        add("reverse", "", Reverse);
        add("items", "", (v, _) => Items(v));
        add("attr", "name", (v, a) => Attribute(v, a[0]));
        add("join", "d? attribute?", (v, a) =>
            JinjaStringMethods.Join(JinjaText.Of(a.Or(0, "")), JinjaParts.Mapped(v, a[1]).Select(JinjaText.Of)));
        add("sort", "reverse? case_sensitive? attribute?", Sort);
        add("dictsort", "case_sensitive? by? reverse?", SortMapping);
        add("unique", "case_sensitive? attribute?", (v, a) => new JinjaIterator(Unique(v, JinjaParts.Getter(a[1], a.IsTrue(0)))));
        add("min", "case_sensitive? attribute?", (v, a) => Extreme(v, a, -1));
        add("max", "case_sensitive? attribute?", (v, a) => Extreme(v, a, 1));
        add("sum", "attribute? start?", Sum);
        add("groupby", "attribute default? case_sensitive?", GroupBy);
        add("batch", "linecount fill_with?", (v, a) => new JinjaIterator(Batch(v, a[0], a[1])));
        add("slice", "slices fill_with?", (v, a) => new JinjaIterator(Slice(v, JinjaValue.ToCount(a[0]), a[1])));
    }

    private static IReadOnlyList<object?> Reversible(object? value) => value is JinjaIterator or JinjaLoop
        ? throw new ChatTemplateException($"{JinjaValue.TypeName(value)} has no end to begin at") : JinjaValue.Items(value);

    private static object Reverse(object? value, JinjaBound arguments) => value switch
    {
        string text => string.Concat(JinjaValue.Characters(text).Reverse()),
        JinjaMarkup markup => new JinjaMarkup(string.Concat(JinjaValue.Characters(markup.Text).Reverse())),
        // Python has no reversed() of an iterator, and jinja2 makes it a list
        JinjaIterator => new JinjaList(JinjaValue.Items(value).Reverse()),
        _ => new JinjaIterator(JinjaValue.Items(value).Reverse()),
    };

    private static JinjaIterator Items(object? value)
    {
        return new JinjaIterator(Run());

        IEnumerable<object?> Run()
        {
            if (value is Undefined) yield break;
            if (value is not JinjaDictionary map)
                throw new ChatTemplateException($"items needs a mapping, not {JinjaValue.TypeName(value)}");
            foreach (var pair in JinjaMembers.Pairs(map)) yield return pair;
        }
    }

    private static object? Attribute(object? value, object? name)
    {
        if (value is Undefined u) throw u.Asked("it has no attributes");
        return JinjaMembers.TryGet(value, JinjaValue.ToText(name), out var found) ? found
            : new Undefined($"'{name}' of {JinjaValue.TypeName(value)}");
    }

    private static JinjaList Sort(object? value, JinjaBound a)
    {
        // several attributes with commas between them are looked at in turn
        var getters = (JinjaValue.IsText(a[2], out var several) ? several.Split(',').Select(p => (object?)p).ToArray() : [a[2]])
            .Select(part => JinjaParts.Getter(part, a.IsTrue(1))).ToArray();
        return Ordered(JinjaValue.Items(value), item => new JinjaList(getters.Select(get => get(item))), a.Count(0, 0) != 0);
    }

    private static JinjaList SortMapping(object? value, JinjaBound a)
    {
        var by = a.Or(1, "key") as string;
        if (by is not ("key" or "value")) throw new ChatTemplateException("dictsort sorts by \"key\" or \"value\"");
        if (value is not JinjaDictionary map)
            throw new ChatTemplateException($"dictsort needs a mapping, not {JinjaValue.TypeName(value)}");
        var caseSensitive = a.IsTrue(0);
        return Ordered(JinjaMembers.Pairs(map), pair =>
            ((JinjaList)pair!)[by == "key" ? 0 : 1] is var part && caseSensitive ? part : JinjaParts.Folded(part), a.Count(2, 0) != 0);
    }

    /// <summary>Stable; backwards too, so that equals keep their order.</summary>
    public static JinjaList Ordered(IReadOnlyList<object?> items, Func<object?, object?> key, bool backwards)
    {
        var keyed = items.Select(item => (Key: key(item), Item: item)).ToList();
        try
        {
            var sorted = backwards ? keyed.OrderByDescending(p => p.Key, ByOrder) : keyed.OrderBy(p => p.Key, ByOrder);
            return new JinjaList(sorted.Select(p => p.Item));
        }
        catch (InvalidOperationException e) when (e.InnerException is ChatTemplateException told)
        {
            // what a comparison throws comes wrapped
            throw new ChatTemplateException(told.Message);
        }
    }

    private static IEnumerable<object?> Unique(object? value, Func<object?, object?> key)
    {
        var seen = new JinjaDictionary();
        foreach (var item in JinjaValue.Iterate(value))
        {
            if (key(item) is var part && seen.Contains(part)) continue;
            seen[part] = true;
            yield return item;
        }
    }

    private static object? Extreme(object? value, JinjaBound a, int sign)
    {
        var key = JinjaParts.Getter(a[1], a.IsTrue(0));
        (object? Item, object? Key)? best = null;
        foreach (var item in JinjaValue.Iterate(value))
            if (key(item) is var part && (best is null || JinjaEquality.Holds(sign < 0 ? "<" : ">", part, best.Value.Key)))
                best = (item, part);
        return best is { } found ? found.Item : new Undefined("the smallest or greatest of nothing");
    }

    private static object? Sum(object? value, JinjaBound a)
    {
        var sum = a.Or(1, 0L);
        if (JinjaValue.IsText(sum, out _)) throw new ChatTemplateException("sum does not join texts; use join");
        foreach (var item in JinjaParts.Mapped(value, a[0])) sum = JinjaArithmetic.Apply("+", sum, item);
        return sum;
    }

    private static JinjaList GroupBy(object? value, JinjaBound a)
    {
        var caseSensitive = a.IsTrue(2);
        var (key, shown) = (JinjaParts.Getter(a[0], caseSensitive, a[1]), JinjaParts.Getter(a[0], caseSensitive: true, a[1]));
        var groups = new JinjaList([]);
        (object? Key, JinjaList Items)? group = null;
        foreach (var item in Ordered(JinjaValue.Items(value), key, backwards: false))
        {
            if (key(item) is var part && (group is null || !JinjaEquality.Same(group.Value.Key, part)))
            {
                group = (part, new JinjaList([]));
                groups.Add(new JinjaList([shown(item), group.Value.Items], isTuple: true, ["grouper", "list"]));
            }
            group.Value.Items.Add(item);
        }
        return groups;
    }

    private static IEnumerable<object?> Batch(object? value, object? size, object? fill)
    {
        var batch = new JinjaList([]);
        foreach (var item in JinjaValue.Iterate(value))
        {
            if (JinjaEquality.Same((long)batch.Count, size))
            {
                yield return batch;
                batch = new JinjaList([]);
            }
            batch.Add(item);
        }
        if (batch.Count == 0) yield break;
        if (fill is not null && JinjaEquality.Order((long)batch.Count, size) < 0) Fill(batch, JinjaValue.ToCount(size) - batch.Count, fill);
        yield return batch;
    }

    private static void Fill(JinjaList list, long count, object? fill)
    {
        JinjaLimits.Running.Step(count);
        for (; count > 0; count--) list.Add(fill);
    }

    private static IEnumerable<object?> Slice(object? value, long slices, object? fill)
    {
        var items = JinjaValue.Items(value);
        if (slices == 0) throw new ChatTemplateException("division by zero");
        var (each, more) = (items.Count / slices, items.Count % slices);
        for (long i = 0, at = 0; i < slices; i++)
        {
            JinjaLimits.Running.Step();
            var count = each + (i < more ? 1 : 0);
            var slice = new JinjaList(items.Skip((int)at).Take((int)count));
            at += count;
            if (fill is not null && i >= more) slice.Add(fill);
            yield return slice;
        }
    }
}
