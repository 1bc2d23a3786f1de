// Filters on texts.
using System.Globalization;
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaTextFilters
{
    public static void AddTo(Action<string, string, Func<object?, JinjaBound, object?>> add)
    {
        add("string", "/", (v, _) => Soft(v));
        add("upper", "", (v, _) => Method(v, "upper"));
        add("lower", "", (v, _) => Method(v, "lower"));
        add("capitalize", "", (v, _) => Method(v, "capitalize"));
        add("trim", "chars?", (v, a) => Method(v, "strip", a[0]));
        add("center", "width?", (v, a) => Method(v, "center", a.Or(0, 80L)));
        add("title", "", (v, _) => Title(JinjaText.Of(v)));
        add("replace", "old new count?", (v, a) => JinjaStringMethods.Replace(
            JinjaText.Of(v), JinjaText.Of(a[0]), JinjaText.Of(a[1]), a[2] is { } count ? JinjaValue.ToCount(count) : -1));
        add("indent", "width? first? blank?", Indent);
        add("truncate", "length? killwords? end? leeway?", Truncate);
        add("wordcount", "", (v, _) => WordCount(JinjaText.Of(v)));
        add("wordwrap", "width? break_long_words? wrapstring? break_on_hyphens?", WordWrap);
    }

    /// <summary>Text as it is, escaped or not; of all else its str().</summary>
    private static object Soft(object? value) => value is JinjaMarkup ? value : JinjaLimits.Running.Made(JinjaText.Of(value));

    private static object? Method(object? value, string name, params object?[] arguments) =>
        JinjaStringMethods.Find(Soft(value), name)!.Call(JinjaArguments.Of(arguments));

    public static object? Format(object? value, JinjaArguments arguments)
    {
        if (arguments.Positional.Count > 0 && arguments.Named.Count > 0)
            throw new ChatTemplateException("format takes arguments by place or by name, not both");
        if (arguments.Named.Count == 0) return JinjaPercentFormat.Apply(Soft(value), new JinjaList(arguments.Positional, isTuple: true));
        var map = new JinjaDictionary();
        foreach (var (name, given) in arguments.Named) map[name] = given;
        return JinjaPercentFormat.Apply(Soft(value), map);
    }

    /// <summary>Words begin after blanks, hyphens and opening brackets, not after an apostrophe as in the method of this name.</summary>
    private static string Title(string text)
    {
        var made = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var begins = IsBorder(text[at]);
            var end = at;
            while (end < text.Length && IsBorder(text[end]) == begins) end++;
            var first = CodePoints.LengthAt(text, at);
            made.Append(JinjaStringCase.Upper(text.Substring(at, first))).Append(JinjaStringCase.Lower(text[(at + first)..end]));
            at = end;
        }
        return JinjaLimits.Running.Made(made.ToString());

        static bool IsBorder(char c) => c is '-' or '(' or '{' or '[' or '<' || CodePoints.IsSpace(c);
    }

    private static object Indent(object? value, JinjaBound a)
    {
        var text = JinjaValue.ToText(value) + "\n";
        var width = JinjaValue.IsText(a.Or(0, 4L), out var own) ? own : Blanks(a.Count(0, 4));
        var (first, blank) = (a.IsTrue(1), a.IsTrue(2));
        var lines = JinjaStringParts.Lines(text).Cast<string>().ToList();
        JinjaLimits.Running.MayMake(text.Length + (long)width.Length * (lines.Count + 1));
        var made = string.Join('\n',
            lines.Select((line, i) => i == 0 ? first ? width + line : line : line.Length == 0 && !blank ? line : width + line));
        return value is JinjaMarkup ? new JinjaMarkup(made) : made;
    }

    private static string Blanks(long count)
    {
        JinjaLimits.Running.MayMake(Math.Clamp(count, 0, int.MaxValue));
        return new string(' ', (int)Math.Max(count, 0));
    }

    private static object? Truncate(object? value, JinjaBound a)
    {
        var length = a.Count(0, 255);
        var end = JinjaValue.ToText(a.Or(2, "..."));
        var leeway = a[3] is { } given ? JinjaValue.ToCount(given) : 5;
        var rest = length - CodePoints.Count(end);
        if (rest < 0 || leeway < 0)
            throw new ChatTemplateException("truncate: the length is at least that of the end, and the leeway at least 0");
        if (JinjaValue.Length(value) is not { } whole)
            throw new ChatTemplateException($"truncate needs a text, not {JinjaValue.TypeName(value)}");
        if (whole <= length + leeway) return value;
        var text = JinjaValue.ToText(value);
        text = text[..CodePoints.Unit(text, rest)];
        if (!a.IsTrue(1) && text.LastIndexOf(' ') is var blank and >= 0) text = text[..blank];
        return value is JinjaMarkup ? new JinjaMarkup(text + JinjaMarkup.Escaped(a.Or(2, "...")).Text) : text + end;
    }

    private static long WordCount(string text)
    {
        var (count, inWord) = (0L, false);
        foreach (var c in CodePoints.Values(text))
        {
            var isWord = c == '_' || JinjaStringCase.IsLetter(c) || JinjaUnicode.IsNumeric(c);
            if (isWord && !inWord) count++;
            inWord = isWord;
        }
        return count;
    }

    private static string WordWrap(object? value, JinjaBound a)
    {
        var text = JinjaValue.ToText(value);
        var width = a.Count(0, 79);
        var end = JinjaValue.IsTrue(a[2]) ? JinjaValue.ToText(a[2]) : "\n";
        var wrapper = new JinjaTextWrapper(width, a.IsTrue(1, absent: true), a.IsTrue(3, absent: true));
        // an empty line is kept: wrapping it gives no line, joined to an empty one
        return JinjaStringMethods.Join(end,
            JinjaStringParts.Lines(text).Cast<string>().Select(line => JinjaStringMethods.Join(end, wrapper.Wrap(line))));
    }
}
