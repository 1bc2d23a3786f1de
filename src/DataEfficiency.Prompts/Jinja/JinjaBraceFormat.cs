// Python's str.format and format_map as jinja2's sandbox runs them: '{0.role} {m[content]!r:>10}'.
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaBraceFormat
{
    private readonly JinjaArguments arguments;
    private readonly bool escapes;
    private int next;
    private bool isNumbered;

    private JinjaBraceFormat(JinjaArguments arguments, bool escapes) => (this.arguments, this.escapes) = (arguments, escapes);

    /// <param name="of">A string, or escaped text, which escapes what goes into it.</param>
    public static object Apply(object of, JinjaArguments arguments)
    {
        var text = new JinjaBraceFormat(arguments, of is JinjaMarkup).Run(JinjaValue.ToText(of), depth: 2);
        return of is JinjaMarkup ? new JinjaMarkup(text) : text;
    }

    /// <summary>The arguments of format_map: the names of one mapping.</summary>
    public static JinjaArguments OfMapping(JinjaArguments given)
    {
        if (given is not { Positional: [JinjaDictionary map], Named.Count: 0 })
            throw new ChatTemplateException("format_map needs one mapping");
        var named = new Dictionary<string, object?>();
        foreach (var (key, value) in map.Pairs) if (JinjaValue.IsText(key, out var name)) named[name] = value;
        return JinjaArguments.None with { Named = named };
    }

    private string Run(string format, int depth)
    {
        if (depth < 0) throw new ChatTemplateException("format: fields stand too deep in each other");
        JinjaLimits.Running.Step();
        var text = new StringBuilder();
        for (var at = 0; at < format.Length;)
        {
            var c = format[at++];
            if (c is not ('{' or '}')) text.Append(c);
            else if (at < format.Length && format[at] == c)
            {
                text.Append(c);
                at++;
            }
            else if (c == '}') throw new ChatTemplateException("format: a single '}'");
            else
            {
                var (field, end) = Field(format, at);
                at = end;
                text.Append(JinjaLimits.Running.Made(Formatted(field, depth)));
            }
        }
        return text.ToString();
    }

    /// <summary>The inside of the braces that open here; braces nest.</summary>
    private static (string Field, int End) Field(string format, int at)
    {
        var open = 1;
        for (var i = at; i < format.Length; i++)
        {
            // in an index, everything up to ] is a key
            if (format[i] == '[' && open == 1 && !format[at..i].Contains(':') && !format[at..i].Contains('!')
                && format.IndexOf(']', i) is var close and > 0) i = close;
            open += format[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (open == 0) return (format[at..i], i + 1);
        }
        throw new ChatTemplateException("format: a '{' is not closed");
    }

    private string Formatted(string field, int depth)
    {
        var split = 0;
        for (; split < field.Length && field[split] is not (':' or '!'); split++)
            if (field[split] == '[' && field.IndexOf(']', split) is var close and > 0) split = close;
        var name = field[..split];
        if (name.Contains('{')) throw new ChatTemplateException("format: a '{' in the name of a field");
        var (conversion, spec) = ('\0', "");
        if (split < field.Length && field[split] == '!')
        {
            if (split + 1 >= field.Length || split + 2 < field.Length && field[split + 2] != ':')
                throw new ChatTemplateException("format: '!' needs one letter and then ':' or the end");
            conversion = field[split + 1];
            split += 2;
        }
        if (split < field.Length) spec = field[(split + 1)..];
        var value = Value(name);
        value = conversion switch
        {
            '\0' => value,
            's' => JinjaText.Of(value),
            'r' => JinjaText.Representation(value),
            'a' => JinjaPercentFormat.AsciiRepresentation(value),
            _ => throw new ChatTemplateException($"format: !{conversion} is unknown"),
        };
        var filled = Run(spec, depth - 1);
        if (escapes && value is JinjaMarkup && filled.Length > 0)
            throw new ChatTemplateException($"an escaped text takes no format '{filled}' here");
        var made = JinjaFormatSpec.Apply(value, filled);
        return escapes && value is not JinjaMarkup ? JinjaMarkup.Escaped(made).Text : made;
    }

    private object? Value(string name)
    {
        var end = name.IndexOfAny(['.', '[']);
        var first = end < 0 ? name : name[..end];
        var value = name.Length == 0 ? Next() : First(first, isWhole: end < 0);
        for (var at = first.Length; at < name.Length;)
        {
            var isAttribute = name[at] == '.';
            if (!isAttribute && name[at] != '[') throw new ChatTemplateException("format: '.' or '[' is needed behind ']'");
            var close = isAttribute ? name.IndexOfAny(['.', '['], at + 1) : name.IndexOf(']', at);
            if (close < 0) close = isAttribute ? name.Length : throw new ChatTemplateException("format: a '[' is not closed");
            var key = name[(at + 1)..close];
            if (key.Length == 0) throw new ChatTemplateException("format: an attribute is empty");
            value = isAttribute ? JinjaMembers.Attribute(value, key)
                : JinjaMembers.Item(value, IsNumber(key) ? JinjaNumberText.Whole(key) : key);
            at = isAttribute ? close : close + 1;
        }
        return value;
    }

    private static bool IsNumber(string key) => key.All(char.IsAsciiDigit) && key.Length is > 0 and < 19;

    private object? Next() =>
        isNumbered ? throw new ChatTemplateException("format: fields with and without a number are mixed") : Positional(next++);

    private object? First(string name, bool isWhole)
    {
        if (!IsNumber(name))
            return arguments.Named.TryGetValue(name, out var value) ? value
                : throw new ChatTemplateException($"format: there is no '{name}'");
        if (isWhole && next > 0) throw new ChatTemplateException("format: fields with and without a number are mixed");
        isNumbered |= isWhole;
        return Positional(JinjaValue.ToCount(JinjaNumberText.Whole(name)));
    }

    private object? Positional(long place) => place < arguments.Positional.Count ? arguments.Positional[(int)place]
        : throw new ChatTemplateException($"format: there is no argument {place}");
}
