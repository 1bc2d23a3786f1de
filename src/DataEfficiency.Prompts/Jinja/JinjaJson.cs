// tojson as transformers defines it: Python's json.dumps with ensure_ascii off, not escaped for HTML.
using System.Numerics;
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaJson
{
    // transformers' own order
    private static readonly JinjaSignature Parameters = new("ensure_ascii? indent? separators? sort_keys?");
    private readonly StringBuilder text = new();
    private readonly string? indent;
    private readonly bool ascii, sorts;
    private readonly string between = ", ", after = ": ";

    private JinjaJson(JinjaBound a)
    {
        (ascii, sorts) = (a.IsTrue(0), a.IsTrue(3));
        if (a[1] is { } width)
            indent = JinjaValue.IsText(width, out var own) ? own
                : new string(' ', (int)Math.Clamp(JinjaValue.ToCount(width), 0, JinjaLimits.Depth * 10));
        if (indent is not null) between = ",";
        if (a[2] is not { } separators) return;
        if (JinjaValue.Items(separators) is not { Count: 2 } two) throw new ChatTemplateException("tojson: separators are two texts");
        (between, after) = (JinjaValue.ToText(two[0]), JinjaValue.ToText(two[1]));
    }

    public static string Write(object? value, JinjaArguments arguments)
    {
        var json = new JinjaJson(Parameters.Bind("tojson", arguments));
        json.Write(value, 0);
        return JinjaLimits.Running.Made(json.text.ToString());
    }

    private void Write(object? value, int depth)
    {
        JinjaLimits.Running.Step();
        if (text.Length > JinjaLimits.Text || depth > JinjaLimits.Depth) throw new ChatTemplateException("tojson: the value is too large");
        switch (value)
        {
            case string s: WriteString(s); break;
            case JinjaMarkup markup: WriteString(markup.Text); break;
            case JinjaList list: WriteItems('[', ']', list, item => Write(item, depth + 1), depth); break;
            case JinjaDictionary map:
                var pairs = JinjaMembers.Pairs(map);
                if (sorts) pairs = JinjaListFilters.Ordered(pairs, pair => ((JinjaList)pair!)[0], backwards: false);
                WriteItems('{', '}', pairs, pair =>
                {
                    var (name, part) = (((JinjaList)pair!)[0], ((JinjaList)pair)[1]);
                    WriteString(JinjaValue.IsText(name, out var key) ? key : Scalar(name));
                    text.Append(after);
                    Write(part, depth + 1);
                }, depth);
                break;
            default: text.Append(Scalar(value)); break;
        }
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        long or BigInteger => JinjaText.Of(value),
        double d when double.IsNaN(d) => "NaN",
        double d when double.IsInfinity(d) => d > 0 ? "Infinity" : "-Infinity",
        double d => JinjaText.Number(d),
        _ => throw new ChatTemplateException($"tojson does not take {JinjaValue.TypeName(value)}"),
    };

    private void WriteItems<T>(char open, char close, IReadOnlyCollection<T> items, Action<T> write, int depth)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first) text.Append(between);
            first = false;
            Line(depth + 1);
            write(item);
        }
        if (items.Count > 0) Line(depth);
        text.Append(close);

        void Line(int level)
        {
            if (indent is null) return;
            JinjaLimits.Running.MayMake((long)indent.Length * level);
            text.Append('\n').Insert(text.Length, indent, level);
        }
    }

    private void WriteString(string value)
    {
        JinjaLimits.Running.MayMake(value.Length);
        text.Append('"');
        foreach (var c in value)
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                _ when c < ' ' || ascii && c > '~' => text.Append($"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        text.Append('"');
    }
}
