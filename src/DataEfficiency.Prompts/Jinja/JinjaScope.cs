namespace DataEfficiency.Prompts.Jinja;

/// <summary>Names in sight: a loop's body, a block with an end of its own and a macro have a scope of their own, an if has not.</summary>
/// <param name="hidden">Names that are the scope's own and have no value yet (<see cref="JinjaHiddenNames"/>).</param>
/// <param name="isBlock">The body of {% block %}: it sees what has a value, whoever hides the name.</param>
internal sealed class JinjaScope(JinjaScope? outer, IReadOnlySet<string>? hidden = null, bool isBlock = false)
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    public object? Get(string name)
    {
        var seesHidden = false;
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.values.TryGetValue(name, out var value)) return value;
            if (!seesHidden && scope.Hidden?.Contains(name) == true) break;
            seesHidden |= scope.IsBlock;
        }
        return new Undefined($"'{name}'");
    }

    public void Set(string name, object? value) => values[name] = value;

    private JinjaScope? Outer => outer;

    private IReadOnlySet<string>? Hidden => hidden;

    private bool IsBlock => isBlock;
}
