// jinja2's filters by name, each with its parameters; tojson is transformers'.
namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaFilters
{
    private static readonly Dictionary<string, Func<object?, JinjaArguments, object?>> Filters = [];

    static JinjaFilters()
    {
        JinjaTextFilters.AddTo(Add);
        JinjaNumberFilters.AddTo(Add);
        JinjaListFilters.AddTo(Add);
        JinjaMarkupFilters.AddTo(Add);
        Filters["tojson"] = JinjaJson.Write;
        Filters["format"] = JinjaTextFilters.Format;
        Filters["map"] = JinjaParts.Map;
        Filters["select"] = (v, a) => JinjaParts.Select(v, a, byAttribute: false, keep: true);
        Filters["reject"] = (v, a) => JinjaParts.Select(v, a, byAttribute: false, keep: false);
        Filters["selectattr"] = (v, a) => JinjaParts.Select(v, a, byAttribute: true, keep: true);
        Filters["rejectattr"] = (v, a) => JinjaParts.Select(v, a, byAttribute: true, keep: false);
    }

    private static void Add(string names, string parameters, Func<object?, JinjaBound, object?> run)
    {
        var signature = new JinjaSignature(parameters);
        foreach (var name in names.Split(' ')) Filters[name] = (value, arguments) => run(value, signature.Bind(name, arguments));
    }

    /// <summary>Whether jinja2 has it: a template may ask before it uses one.</summary>
    public static bool Exists(string name) => Filters.ContainsKey(name) || JinjaRefused.Find("filter", name) is not null;

    /// <exception cref="ChatTemplateException">There is no such filter, or it is refused.</exception>
    public static void Check(string name, int line)
    {
        if (Filters.ContainsKey(name)) return;
        throw JinjaRefused.Find("filter", name) is { } refused ? JinjaRefused.At(refused, line)
            : new ChatTemplateException($"line {line}: the filter '{name}' is unknown");
    }

    public static object? Apply(string name, object? value, JinjaArguments arguments)
    {
        JinjaLimits.Running.Step();
        if (JinjaValue.IsText(value, out var read)) JinjaLimits.Running.MayMake(read.Length);
        if (Filters.TryGetValue(name, out var filter)) return filter(value, arguments);
        throw JinjaRefused.Find("filter", name)?.Error() ?? new ChatTemplateException($"the filter '{name}' is unknown");
    }
}
