namespace DataEfficiency.Prompts.Jinja;

/// <summary>The variable loop. It reads no further than it is asked: the next item for last and nextitem, all for length.</summary>
/// <param name="counted">The value itself where its length is the loop's.</param>
/// <param name="recurse">Runs the loop again over other items, one deeper; null where it is not recursive.</param>
internal sealed class JinjaLoop(IEnumerable<object?> items, object? counted, int depth, Func<object?, int, string>? recurse)
    : IJinjaObject, IJinjaCallable
{
    private IEnumerator<object?> source = items.GetEnumerator();
    private long index = -1;
    private object? before = JinjaBound.Absent, after = JinjaBound.Absent, changed = JinjaBound.Absent;
    private long? length;

    public object? Current { get; private set; } = JinjaBound.Absent;

    public long Length => length ??= JinjaValue.Length(counted) is { } known && counted is not null ? known : ReadAll();

    public bool MoveNext()
    {
        var next = Peek();
        if (ReferenceEquals(next, JinjaBound.Absent)) return false;
        (before, Current, after) = (Current, next, JinjaBound.Absent);
        index++;
        return true;
    }

    public bool TryGet(string name, out object? value)
    {
        value = name switch
        {
            "index" => index + 1,
            "index0" => index,
            "revindex" => Length - index,
            "revindex0" => Length - index - 1,
            "first" => index == 0,
            "last" => ReferenceEquals(Peek(), JinjaBound.Absent),
            "length" => Length,
            "depth" => depth + 1L,
            "depth0" => (long)depth,
            "previtem" => index > 0 ? before : new Undefined("the item before the first"),
            "nextitem" => Peek() is var next && ReferenceEquals(next, JinjaBound.Absent) ? new Undefined("the item after the last") : next,
            "cycle" => new JinjaFunction(name, Cycle),
            "changed" => new JinjaFunction(name, Changed),
            _ => JinjaBound.Absent,
        };
        return !ReferenceEquals(value, JinjaBound.Absent);
    }

    public object? Call(JinjaArguments arguments)
    {
        if (recurse is null) throw new ChatTemplateException("only a recursive loop can be called");
        return recurse(new JinjaSignature("iterable").Bind("loop", arguments)[0], depth + 1);
    }

    public override string ToString() => $"<LoopContext {index + 1}/{Length}>";

    private object? Cycle(JinjaArguments arguments) => arguments.Named.Count == 0 && arguments.Positional.Count > 0
        ? arguments.Positional[(int)(index % arguments.Positional.Count)] : throw new ChatTemplateException("loop.cycle needs values");

    private object? Changed(JinjaArguments arguments)
    {
        if (arguments.Named.Count > 0) throw new ChatTemplateException("loop.changed takes no names");
        var values = new JinjaList(arguments.Positional, isTuple: true);
        if (JinjaEquality.Same(changed, values)) return false;
        changed = values;
        return true;
    }

    private object? Peek()
    {
        if (ReferenceEquals(after, JinjaBound.Absent) && source.MoveNext()) after = source.Current;
        return after;
    }

    private long ReadAll()
    {
        var rest = new List<object?>();
        while (source.MoveNext()) rest.Add(source.Current);
        source = rest.GetEnumerator();
        return rest.Count + index + 1 + (ReferenceEquals(after, JinjaBound.Absent) ? 0 : 1);
    }
}
