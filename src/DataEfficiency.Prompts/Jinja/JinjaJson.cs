// tojson as transformers defines it: Python's json.dumps with ensure_ascii off, not escaped for HTML.
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaJson
{
    public static string Write(object? value, object? indent)
    {
        var text = new StringBuilder();
        Write(value, indent is null ? null : indent as string ?? new string(' ', (int)Math.Clamp(JinjaValue.ToLong(indent), 0, 100)), 0, text);
        return text.ToString();
    }

    private static void Write(object? value, string? indent, int depth, StringBuilder text)
    {
        if (text.Length > JinjaLimits.Text || depth > JinjaLimits.Depth) throw new ChatTemplateException("tojson: the value is too large");
        switch (value)
        {
            case null: text.Append("null"); break;
            case bool b: text.Append(b ? "true" : "false"); break;
            case long or double: text.Append(JinjaValue.Representation(value)); break;
            case string s: WriteString(s, text); break;
            case JinjaList list: WriteItems('[', ']', list, item => Write(item, indent, depth + 1, text), indent, depth, text); break;
            case JinjaDictionary map:
                WriteItems('{', '}', map, pair =>
                {
                    WriteString(pair.Key, text);
                    text.Append(": ");
                    Write(pair.Value, indent, depth + 1, text);
                }, indent, depth, text);
                break;
            default: throw new ChatTemplateException($"tojson does not take {JinjaValue.TypeName(value)}");
        }
    }

    private static void WriteItems<T>(char open, char close, IReadOnlyCollection<T> items, Action<T> write, string? indent, int depth, StringBuilder text)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first) text.Append(indent is null ? ", " : ",");
            first = false;
            Line(depth + 1);
            write(item);
        }
        if (items.Count > 0) Line(depth);
        text.Append(close);

        void Line(int level)
        {
            if (indent is null) return;
            text.Append('\n').Insert(text.Length, indent, level);
        }
    }

    private static void WriteString(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in value)
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        text.Append('"');
    }
}
