// What a call gives, and what a function takes. Python's rule holds everywhere: an argument that nobody takes is an error.
namespace DataEfficiency.Prompts.Jinja;

/// <summary>Arguments of one call, by place or by name.</summary>
internal sealed record JinjaArguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    public static readonly JinjaArguments None = new([], new Dictionary<string, object?>());

    public static JinjaArguments Of(params object?[] positional) => new(positional, None.Named);

    public JinjaArguments Skip(int count) => this with { Positional = [.. Positional.Skip(count)] };

    public JinjaArguments With(string name, object? value) =>
        this with { Named = new Dictionary<string, object?>(Named) { [name] = value } };
}

/// <summary>The arguments in the order of the parameters; an optional one may be absent.</summary>
internal readonly struct JinjaBound(object?[] values)
{
    public static readonly object Absent = new();

    public object? this[int at] => Has(at) ? values[at] : null;

    public bool Has(int at) => !ReferenceEquals(values[at], Absent);

    public object? Or(int at, object? absent) => Has(at) ? values[at] : absent;

    public bool IsTrue(int at, bool absent = false) => Has(at) ? JinjaValue.IsTrue(values[at]) : absent;

    public long Count(int at, long absent) => Has(at) ? JinjaValue.ToCount(values[at]) : absent;
}

/// <summary>The parameters of a function.</summary>
internal sealed class JinjaSignature
{
    private readonly string[] names;
    private readonly bool[] optional;
    private readonly int places;

    /// <param name="parameters">Names with blanks between; "?" behind what may be absent, "/" after those that have no name for the
    /// caller.</param>
    public JinjaSignature(string parameters)
    {
        var parts = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        places = Math.Max(0, Array.IndexOf(parts, "/"));
        var named = parts.Where(p => p != "/").ToArray();
        (names, optional) = ([.. named.Select(n => n.TrimEnd('?'))], [.. named.Select(n => n.EndsWith('?'))]);
    }

    /// <exception cref="ChatTemplateException">Too many arguments, one twice, one with an unknown name, or a needed one is
    /// missing.</exception>
    public JinjaBound Bind(string function, JinjaArguments arguments)
    {
        if (arguments.Positional.Count > names.Length)
            throw new ChatTemplateException($"'{function}' takes at most {names.Length} arguments, not {arguments.Positional.Count}");
        var values = new object?[names.Length];
        Array.Fill(values, JinjaBound.Absent);
        for (var i = 0; i < arguments.Positional.Count; i++) values[i] = arguments.Positional[i];
        foreach (var (name, value) in arguments.Named)
        {
            var at = Array.IndexOf(names, name);
            if (at < places) throw new ChatTemplateException($"'{function}' takes no argument '{name}'");
            if (at < arguments.Positional.Count) throw new ChatTemplateException($"'{function}' is given the argument '{name}' twice");
            values[at] = value;
        }
        for (var i = 0; i < names.Length; i++)
            if (!optional[i] && ReferenceEquals(values[i], JinjaBound.Absent))
                throw new ChatTemplateException($"'{function}' needs the argument '{names[i]}'");
        return new JinjaBound(values);
    }
}
