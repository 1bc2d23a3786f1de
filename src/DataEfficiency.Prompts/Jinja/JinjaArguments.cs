namespace DataEfficiency.Prompts.Jinja;

/// <summary>Arguments of one call, by place or by name.</summary>
internal sealed record JinjaArguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    public static readonly JinjaArguments None = new([], new Dictionary<string, object?>());

    public bool Has(int place, string name) => place < Positional.Count || Named.ContainsKey(name);

    public object? Get(int place, string name, object? absent = null) => place < Positional.Count ? Positional[place] : Named.GetValueOrDefault(name, absent);

    public object? Need(int place, string name) => Has(place, name) ? Get(place, name) : throw new ChatTemplateException($"the argument '{name}' is missing");

    public JinjaArguments Skip(int count) => this with { Positional = [.. Positional.Skip(count)] };
}
