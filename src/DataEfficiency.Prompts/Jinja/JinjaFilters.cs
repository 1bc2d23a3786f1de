// The filters that chat templates use.
using System.Globalization;

namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaFilters(JinjaLimits limits)
{
    public object? Apply(string name, object? value, JinjaArguments arguments)
    {
        limits.Step();
        if (value is string read) limits.MayMake(read.Length);
        return name switch
        {
            "trim" => JinjaStringMethods.Strip(JinjaValue.Text(value), arguments.Get(0, "chars"), true, true),
            "upper" => limits.Made(JinjaValue.Text(value).ToUpperInvariant()),
            "lower" => limits.Made(JinjaValue.Text(value).ToLowerInvariant()),
            "title" => limits.Made(JinjaStringMethods.Title(JinjaValue.Text(value))),
            "capitalize" => limits.Made(JinjaStringMethods.Capitalize(JinjaValue.Text(value))),
            "replace" => JinjaStringMethods.Replace(JinjaValue.Text(value), JinjaValue.Text(arguments.Need(0, "old")), JinjaValue.Text(arguments.Need(1, "new")), arguments.Get(2, "count"), limits),
            "string" => limits.Made(JinjaValue.Text(value)),
            "safe" => limits.Made(JinjaValue.Text(value)),
            "indent" => Indent(JinjaValue.Text(value), arguments),
            "tojson" => limits.Made(JinjaJson.Write(value, arguments.Get(0, "indent"))),
            "default" or "d" => value is Undefined || JinjaValue.IsTrue(arguments.Get(1, "boolean", false)) && !JinjaValue.IsTrue(value) ? arguments.Get(0, "default_value", "") : value,
            "length" or "count" => (long)JinjaValue.Length(value),
            "first" => JinjaValue.Items(value) is { Count: > 0 } items ? items[0] : new Undefined("the first of nothing"),
            "last" => JinjaValue.Items(value) is { Count: > 0 } items ? items[^1] : new Undefined("the last of nothing"),
            "list" => new JinjaList(JinjaValue.Items(value)),
            "reverse" => value is string text ? string.Concat(JinjaValue.Characters(text).Reverse()) : new JinjaList(JinjaValue.Items(value).Reverse()),
            "join" => Join(value, arguments),
            "items" => value is JinjaDictionary map ? JinjaMembers.Pairs(map) : value is Undefined ? new JinjaList([]) : throw new ChatTemplateException($"items needs a mapping, not {JinjaValue.TypeName(value)}"),
            "dictsort" => value is JinjaDictionary map ? new JinjaList(JinjaMembers.Pairs(map).OrderBy(p => ((string)((JinjaList)p!)[0]!).ToLowerInvariant(), StringComparer.Ordinal)) : throw new ChatTemplateException("dictsort needs a mapping"),
            "sort" => Sorted(value),
            "unique" => new JinjaList(JinjaValue.Items(value).Aggregate(new List<object?>(), (seen, item) => Unique(seen, item))),
            "map" => new JinjaList([.. JinjaValue.Items(value).Select(item => Map(item, arguments))]),
            "select" => Select(value, arguments, item => item, true),
            "reject" => Select(value, arguments, item => item, false),
            "selectattr" => Select(value, arguments.Skip(1), item => Part(item, arguments), true),
            "rejectattr" => Select(value, arguments.Skip(1), item => Part(item, arguments), false),
            "int" => Integer(value, arguments),
            "float" => JinjaValue.IsNumber(value) ? JinjaValue.ToDouble(value) : double.TryParse(value as string, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : arguments.Get(0, "default", 0.0),
            "abs" => value is double d ? Math.Abs(d) : JinjaValue.ToLong(value) is var n && n == long.MinValue ? throw new ChatTemplateException("a number becomes too large") : Math.Abs(n),
            "round" => Math.Round(JinjaValue.ToDouble(value), (int)Math.Clamp(JinjaValue.ToLong(arguments.Get(0, "precision", 0L)), 0, 15), MidpointRounding.ToEven),
            _ => throw new ChatTemplateException($"the filter '{name}' is not supported"),
        };
    }

    private string Indent(string text, JinjaArguments arguments)
    {
        var width = arguments.Get(0, "width", 4L) is string s ? s : new string(' ', (int)Math.Clamp(JinjaValue.ToLong(arguments.Get(0, "width", 4L)), 0, 1000));
        var (first, blank) = (JinjaValue.IsTrue(arguments.Get(1, "first", false)), JinjaValue.IsTrue(arguments.Get(2, "blank", false)));
        limits.MayMake(text.Length + (long)width.Length * (text.Count(c => c == '\n') + 1));
        return string.Join('\n', text.Split('\n').Select((line, i) => i == 0 ? first ? width + line : line : line.Length == 0 && !blank ? line : width + line));
    }

    private string Join(object? value, JinjaArguments arguments)
    {
        IEnumerable<object?> items = JinjaValue.Items(value);
        if (arguments.Get(1, "attribute") is string attribute) items = items.Select(i => Path(i, attribute));
        return JinjaStringMethods.Join(JinjaValue.Text(arguments.Get(0, "d", "")), items, limits);
    }

    private object? Map(object? item, JinjaArguments arguments)
    {
        if (arguments.Positional.Count > 0) return Apply(JinjaValue.ToText(arguments.Positional[0]), item, arguments.Skip(1));
        var found = Path(item, JinjaValue.ToText(arguments.Need(0, "attribute")));
        return found is Undefined && arguments.Named.TryGetValue("default", out var absent) ? absent : found;
    }

    private JinjaList Select(object? value, JinjaArguments arguments, Func<object?, object?> part, bool keep) => new([.. JinjaValue.Items(value).Where(item =>
    {
        limits.Step();
        var subject = part(item);
        return keep == (arguments.Positional.Count == 0 ? JinjaValue.IsTrue(subject) : JinjaTests.Holds(JinjaValue.ToText(arguments.Positional[0]), subject, arguments.Skip(1)));
    })]);

    private object? Part(object? item, JinjaArguments arguments) => Path(item, JinjaValue.ToText(arguments.Need(0, "attribute")));

    private object? Path(object? item, string path) => path.Split('.').Aggregate(item, (of, key) => JinjaMembers.Item(of, long.TryParse(key, out var place) ? place : key, limits));

    private static JinjaList Sorted(object? value)
    {
        try
        {
            return new JinjaList(JinjaValue.Items(value).Order(Comparer<object?>.Create(JinjaValue.Compare)));
        }
        catch (InvalidOperationException e) when (e.InnerException is ChatTemplateException told)
        {
            // what a comparison throws comes wrapped
            throw new ChatTemplateException(told.Message);
        }
    }

    private static List<object?> Unique(List<object?> seen, object? item)
    {
        if (!seen.Any(s => JinjaValue.Equals(s, item))) seen.Add(item);
        return seen;
    }

    private static object? Integer(object? value, JinjaArguments arguments) => value switch
    {
        long or bool => JinjaValue.ToLong(value),
        double d when Math.Abs(d) < 9e18 => (long)d,
        string s when long.TryParse(s.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) => n,
        _ => arguments.Get(0, "default", 0L),
    };
}
