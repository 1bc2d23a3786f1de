namespace DataEfficiency.Prompts.Jinja;

/// <summary>Names in sight: a loop's body, a block with an end of its own and a macro have a scope of their own, an if has not.</summary>
internal sealed class JinjaScope(JinjaScope? outer)
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    public object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
            if (scope.values.TryGetValue(name, out var value)) return value;
        return new Undefined($"'{name}'");
    }

    public void Set(string name, object? value) => values[name] = value;

    private JinjaScope? Outer => outer;
}
