// Python's methods of strings, as far as chat templates use them.
using System.Globalization;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaStringMethods
{
    public static JinjaFunction? Find(string text, string name, JinjaLimits limits) => name switch
    {
        "strip" => a => Strip(text, a.Get(0, "chars"), true, true),
        "lstrip" => a => Strip(text, a.Get(0, "chars"), true, false),
        "rstrip" => a => Strip(text, a.Get(0, "chars"), false, true),
        "upper" => _ => limits.Made(text.ToUpperInvariant()),
        "lower" => _ => limits.Made(text.ToLowerInvariant()),
        "title" => _ => limits.Made(Title(text)),
        "capitalize" => _ => limits.Made(Capitalize(text)),
        "startswith" => a => Any(a.Need(0, "prefix"), p => text.StartsWith(p, StringComparison.Ordinal)),
        "endswith" => a => Any(a.Need(0, "suffix"), p => text.EndsWith(p, StringComparison.Ordinal)),
        "removeprefix" => a => JinjaValue.ToText(a.Need(0, "prefix")) is var p && text.StartsWith(p, StringComparison.Ordinal) ? text[p.Length..] : text,
        "removesuffix" => a => JinjaValue.ToText(a.Need(0, "suffix")) is var p && p.Length > 0 && text.EndsWith(p, StringComparison.Ordinal) ? text[..^p.Length] : text,
        "split" => a => Split(text, a.Get(0, "sep"), a.Get(1, "maxsplit", -1L), limits),
        "rsplit" => a => SplitFromRight(text, a.Get(0, "sep"), a.Get(1, "maxsplit", -1L), limits),
        "splitlines" => _ => new JinjaList(text.Length == 0 ? [] : JinjaValue.Counted((text.EndsWith('\n') ? text[..^1] : text).Split('\n')).Select(l => (object?)l.TrimEnd('\r'))),
        "replace" => a => Replace(text, JinjaValue.ToText(a.Need(0, "old")), JinjaValue.ToText(a.Need(1, "new")), a.Get(2, "count", -1L), limits),
        "find" => a => (long)text.IndexOf(Sought(text, a.Need(0, "sub"), limits), StringComparison.Ordinal),
        "rfind" => a => (long)text.LastIndexOf(Sought(text, a.Need(0, "sub"), limits), StringComparison.Ordinal),
        "count" => a => Sought(text, a.Need(0, "sub"), limits) is { Length: > 0 } sub ? (long)(text.Split(sub).Length - 1) : JinjaValue.Length(text) + 1L,
        "join" => a => Join(text, JinjaValue.Items(a.Need(0, "iterable")), limits),
        "isdigit" => _ => text.Length > 0 && text.All(char.IsDigit),
        "isspace" => _ => text.Length > 0 && text.All(IsSpace),
        _ => null,
    };

    /// <summary>Python's white space: Unicode's, and the four separators 1C to 1F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static string Strip(string text, object? characters, bool start, bool end)
    {
        var set = characters is null ? null : JinjaValue.ToText(characters).ToHashSet();
        int first = 0, last = text.Length;
        while (start && first < last && Goes(text[first])) first++;
        while (end && last > first && Goes(text[last - 1])) last--;
        return text[first..last];

        bool Goes(char c) => set is null ? IsSpace(c) : set.Contains(c);
    }

    public static string Capitalize(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    public static string Title(string text) => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(text.ToLowerInvariant());

    public static string Join(string separator, IEnumerable<object?> items, JinjaLimits limits)
    {
        var texts = items.Select(JinjaValue.Text).ToList();
        limits.MayMake(texts.Sum(t => (long)t.Length + separator.Length));
        return string.Join(separator, texts);
    }

    public static string Replace(string text, string old, string made, object? count, JinjaLimits limits)
    {
        if (old.Length == 0) throw new ChatTemplateException("replace of an empty text is not supported");
        limits.Search(text, old);
        var most = JinjaValue.ToLong(count ?? -1L);
        var parts = most < 0 ? text.Split(old) : text.Split(old, (int)Math.Min(most, int.MaxValue - 1) + 1);
        limits.MayMake((long)(parts.Length - 1) * made.Length + text.Length);
        return string.Join(made, parts);
    }

    private static bool Any(object? options, Func<string, bool> holds) => options is JinjaList list ? list.Any(o => holds(JinjaValue.ToText(o))) : holds(JinjaValue.ToText(options));

    private static JinjaList Split(string text, object? separator, object? most, JinjaLimits limits)
    {
        var parts = (int)Math.Min(JinjaValue.ToLong(most) is var m && m < 0 ? int.MaxValue : m + 1, int.MaxValue);
        if (separator is not null) return new JinjaList(JinjaValue.Counted(text.Split(Sought(text, Separator(separator), limits), parts)));
        // Without a separator: runs of white space, and none at the ends.
        var words = new List<object?>();
        for (var at = 0; at < text.Length;)
        {
            while (at < text.Length && IsSpace(text[at])) at++;
            var start = at;
            if (words.Count + 1 == parts) at = text.Length;
            else while (at < text.Length && !IsSpace(text[at])) at++;
            if (at > start) words.Add(text[start..at]);
        }
        return new JinjaList(JinjaValue.Counted(words));
    }

    private static JinjaList SplitFromRight(string text, object? separator, object? most, JinjaLimits limits)
    {
        if (separator is null) throw new ChatTemplateException("rsplit without a separator is not supported");
        var parts = JinjaValue.Counted(text.Split(Sought(text, Separator(separator), limits)));
        var limit = JinjaValue.ToLong(most);
        if (limit < 0 || parts.Length <= limit + 1) return new JinjaList(parts);
        var head = parts.Length - (int)limit;
        return new JinjaList([string.Join((string)separator, parts[..head]), .. parts[head..]]);
    }

    private static string Sought(string text, object? part, JinjaLimits limits)
    {
        var sought = JinjaValue.ToText(part);
        limits.Search(text, sought);
        return sought;
    }

    private static string Separator(object separator) => JinjaValue.ToText(separator) is { Length: > 0 } text ? text : throw new ChatTemplateException("split: the separator is empty");
}
