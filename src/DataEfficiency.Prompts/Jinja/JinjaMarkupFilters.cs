// Filters for HTML and addresses. A prompt is plain text, but templates do use safe and escape.
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaMarkupFilters
{
    public static void AddTo(Action<string, string, Func<object?, JinjaBound, object?>> add)
    {
        add("escape e", "/", (v, _) => JinjaMarkup.Escaped(v));
        add("forceescape", "", (v, _) => JinjaMarkup.Escaped(JinjaText.Of(v)));
        add("safe", "", (v, _) => JinjaMarkup.Of(v));
        add("striptags", "", (v, _) => StripTags(JinjaText.Of(v)));
        add("urlencode", "", (v, _) => UrlEncode(v));
        add("xmlattr", "autospace?", (v, a) => Attributes(v, a.IsTrue(0, absent: true)));
    }

    /// <summary>Without comments and tags, blanks collapsed.</summary>
    private static string StripTags(string text)
    {
        text = Without(Without(text, "<!--", "-->"), "<", ">");
        text = string.Join(' ', JinjaStringParts.Split(text, null, -1));
        if (!text.Contains('&')) return text;
        // those that escape writes; the rest of HTML's two thousand names is refused
        var made = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var entity = Entities.FirstOrDefault(e => string.CompareOrdinal(text, at, e.Name, 0, e.Name.Length) == 0);
            if (entity.Name is not null) made.Append(entity.Text);
            else if (text[at] == '&' && at + 1 < text.Length && (char.IsAsciiLetter(text[at + 1]) || text[at + 1] == '#'))
                throw JinjaRefused.Find("value", "HTML entity in striptags")!.Error();
            else made.Append(text[at]);
            at += entity.Name?.Length ?? 1;
        }
        return made.ToString();
    }

    private static readonly (string Name, string Text)[] Entities =
        [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", "\""), ("&quot;", "\"")];

    private static string Without(string text, string open, string close)
    {
        var made = new StringBuilder();
        var at = 0;
        while (text.IndexOf(open, at, StringComparison.Ordinal) is var start and >= 0)
        {
            if (text.IndexOf(close, start, StringComparison.Ordinal) is not (var end and >= 0)) break;
            made.Append(text, at, start - at);
            at = end + close.Length;
        }
        return made.Append(text, at, text.Length - at).ToString();
    }

    private static string UrlEncode(object? value)
    {
        if (JinjaValue.IsText(value, out _) || !JinjaValue.CanIterate(value)) return Quoted(JinjaText.Of(value), inQuery: false);
        var pairs = value is JinjaDictionary map ? JinjaMembers.Pairs(map) : JinjaValue.Items(value);
        return string.Join('&', pairs.Select(p => JinjaValue.Items(p) is { Count: 2 } two
            ? Quoted(JinjaText.Of(two[0]), inQuery: true) + "=" + Quoted(JinjaText.Of(two[1]), inQuery: true)
            : throw new ChatTemplateException("urlencode needs pairs")));
    }

    private static string Quoted(string text, bool inQuery)
    {
        JinjaLimits.Running.MayMake(3L * text.Length);
        var made = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
            _ = b < 128 && (char.IsAsciiLetterOrDigit((char)b) || (char)b is '_' or '.' or '-' or '~' || !inQuery && b == '/')
                ? made.Append((char)b)
                : inQuery && b == ' ' ? made.Append('+') : made.Append($"%{b:X2}");
        return made.ToString();
    }

    private static string Attributes(object? value, bool autospace)
    {
        if (value is not JinjaDictionary map) throw new ChatTemplateException($"xmlattr needs a mapping, not {JinjaValue.TypeName(value)}");
        var made = new List<string>();
        foreach (var (key, part) in map.Pairs)
        {
            if (part is null or Undefined) continue;
            var name = JinjaValue.ToText(key);
            if (name.Any(c => CodePoints.IsSpace(c) || c is '/' or '>' or '='))
                throw new ChatTemplateException($"xmlattr: '{name}' is no name of an attribute");
            made.Add($"{JinjaMarkup.Escaped(key).Text}=\"{JinjaMarkup.Escaped(part).Text}\"");
        }
        var text = JinjaStringMethods.Join(" ", made);
        return autospace && text.Length > 0 ? " " + text : text;
    }
}
