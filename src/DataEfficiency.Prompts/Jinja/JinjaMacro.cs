namespace DataEfficiency.Prompts.Jinja;

/// <summary>A macro, or the body of a call block, with the names in sight where it stands.</summary>
internal sealed class JinjaMacro(MacroBody body, Func<(JinjaBound Values, IReadOnlyList<(string, object?)> Special), string> run)
    : IJinjaCallable, IJinjaObject
{
    public string Name => body.Name ?? "caller";

    public override string ToString() => body.Name is null ? "<Macro anonymous>" : $"<Macro {JinjaText.Quoted(body.Name)}>";

    /// <summary>jinja2's order: places first, then names; caller, kwargs and varargs only where the body speaks of them.</summary>
    public object? Call(JinjaArguments arguments)
    {
        JinjaLimits.Running.Step();
        var values = new object?[body.Parameters.Count];
        Array.Fill(values, JinjaBound.Absent);
        var places = Math.Min(values.Length, arguments.Positional.Count);
        for (var i = 0; i < places; i++) values[i] = arguments.Positional[i];
        var named = new Dictionary<string, object?>(arguments.Named);
        var hasCaller = places == values.Length && body.NamesCaller;
        for (var i = places; i < values.Length; i++)
        {
            hasCaller |= body.Parameters[i].Name == "caller";
            if (named.Remove(body.Parameters[i].Name, out var value)) values[i] = value;
        }
        var special = new List<(string, object?)>();
        if (body.TakesCaller && !hasCaller)
            special.Add(("caller", named.Remove("caller", out var caller) && caller is not null ? caller
                : new Undefined("the caller of this macro")));
        if (body.TakesNamed) special.Add(("kwargs", Mapping(named)));
        else if (named.Count > 0) throw new ChatTemplateException($"the macro '{Name}' takes no argument '{named.Keys.First()}'");
        if (body.TakesMore) special.Add(("varargs", new JinjaList(arguments.Positional.Skip(values.Length), isTuple: true)));
        else if (arguments.Positional.Count > values.Length)
            throw new ChatTemplateException($"the macro '{Name}' takes at most {values.Length} arguments");
        return run((new JinjaBound(values), special));
    }

    public bool TryGet(string name, out object? value)
    {
        value = name switch
        {
            "name" => body.Name,
            "arguments" => new JinjaList(body.Parameters.Select(p => p.Name), isTuple: true),
            "caller" => body.TakesCaller,
            "explicit_caller" => body.NamesCaller,
            "catch_kwargs" => body.TakesNamed,
            "catch_varargs" => body.TakesMore,
            _ => JinjaBound.Absent,
        };
        return !ReferenceEquals(value, JinjaBound.Absent);
    }

    private static JinjaDictionary Mapping(Dictionary<string, object?> named)
    {
        var map = new JinjaDictionary();
        foreach (var (name, value) in named) map[name] = value;
        return map;
    }
}
