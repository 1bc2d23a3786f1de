// Taking strings apart, as Python's strip, split, splitlines, partition and translate do.
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaStringParts
{
    public static string Strip(string text, object? characters, bool start, bool end)
    {
        int first = 0, last = text.Length;
        if (characters is null)
        {
            while (start && first < last && CodePoints.IsSpace(text[first])) first++;
            while (end && last > first && CodePoints.IsSpace(text[last - 1])) last--;
            return text[first..last];
        }
        var set = CodePoints.Split(JinjaValue.ToText(characters)).ToHashSet();
        while (start && first < last && text.Substring(first, CodePoints.LengthAt(text, first)) is var c && set.Contains(c))
            first += c.Length;
        while (end && last > first && Before(text, last) is var c && last - c.Length >= first && set.Contains(c)) last -= c.Length;
        return text[first..last];
    }

    private static string Before(string text, int end) =>
        end > 1 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? text.Substring(end - 2, 2) : text[end - 1].ToString();

    public static JinjaList Split(string text, object? separator, long most)
    {
        var parts = (int)Math.Min(most < 0 ? int.MaxValue : most + 1, int.MaxValue);
        if (separator is not null) return new JinjaList(JinjaValue.Counted(text.Split(Separator(text, separator), parts)));
        // Without a separator: runs of white space, and none at the ends.
        var words = new List<object?>();
        for (var at = 0; at < text.Length;)
        {
            while (at < text.Length && CodePoints.IsSpace(text[at])) at++;
            var start = at;
            if (words.Count + 1 == parts) at = text.Length;
            else while (at < text.Length && !CodePoints.IsSpace(text[at])) at++;
            if (at > start) words.Add(text[start..at]);
        }
        return new JinjaList(JinjaValue.Counted(words));
    }

    public static JinjaList SplitFromRight(string text, object? separator, long most)
    {
        if (most < 0) most = int.MaxValue;
        var parts = new List<object?>();
        var end = text.Length;
        if (separator is not null)
        {
            var sought = Separator(text, separator);
            int found;
            while (parts.Count < most && end > 0 && (found = text.LastIndexOf(sought, end - 1, end, StringComparison.Ordinal)) >= 0)
            {
                parts.Insert(0, text[(found + sought.Length)..end]);
                end = found;
                JinjaLimits.Running.Step(parts.Count >> 6);
            }
            parts.Insert(0, text[..end]);
            return new JinjaList(JinjaValue.Counted(parts));
        }
        while (true)
        {
            while (end > 0 && CodePoints.IsSpace(text[end - 1])) end--;
            if (end == 0) break;
            var start = parts.Count == most ? 0 : end;
            if (parts.Count < most) while (start > 0 && !CodePoints.IsSpace(text[start - 1])) start--;
            parts.Insert(0, text[start..end]);
            JinjaLimits.Running.Step(parts.Count >> 6);
            end = start;
        }
        return new JinjaList(JinjaValue.Counted(parts));
    }

    /// <summary>Python's lines: they end at every kind of line break that Unicode and the control characters know.</summary>
    public static IEnumerable<object?> Lines(string text, bool keepEnds = false)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && !Breaks(text[end])) end++;
            var next = end == text.Length ? end : text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            JinjaLimits.Running.Step();
            yield return text[at..(keepEnds ? next : end)];
            at = next;
        }

        static bool Breaks(char c) => c is >= '\n' and <= '\r' or >= '\x1c' and <= '\x1e' or '\x85' or '\u2028' or '\u2029';
    }

    public static JinjaList Partition(string text, object? separator)
    {
        var sought = Separator(text, separator);
        var at = text.IndexOf(sought, StringComparison.Ordinal);
        return at < 0 ? JinjaList.Tuple(text, "", "") : JinjaList.Tuple(text[..at], sought, text[(at + sought.Length)..]);
    }

    public static JinjaList PartitionFromRight(string text, object? separator)
    {
        var sought = Separator(text, separator);
        var at = text.LastIndexOf(sought, StringComparison.Ordinal);
        return at < 0 ? JinjaList.Tuple("", "", text) : JinjaList.Tuple(text[..at], sought, text[(at + sought.Length)..]);
    }

    /// <param name="table">A mapping of numbers of characters to text, numbers, or none for what goes.</param>
    public static string Translate(string text, object? table)
    {
        if (table is not JinjaDictionary map) throw new ChatTemplateException("translate needs a mapping");
        var made = new StringBuilder();
        foreach (var c in CodePoints.Values(text))
        {
            JinjaLimits.Running.Step();
            if (!map.TryGetValue((long)c, out var value)) made.Append(CodePoints.Text(c));
            else if (value is not null)
                made.Append(JinjaLimits.Running.Made(JinjaValue.IsText(value, out var replaced) ? replaced
                    : Character(JinjaValue.ToCount(value))));
        }
        return made.ToString();
    }

    /// <summary>str.maketrans()</summary>
    public static JinjaDictionary MakeTable(JinjaBound a)
    {
        var table = new JinjaDictionary();
        if (!a.Has(1))
        {
            if (a[0] is not JinjaDictionary map) throw new ChatTemplateException("maketrans needs a mapping or two texts");
            foreach (var (key, value) in map.Pairs)
                table[JinjaValue.IsText(key, out var text) ? (long)One(text) : key is long ? key
                    : throw new ChatTemplateException("maketrans: keys are characters or numbers")] = value;
            return table;
        }
        var (from, to) = (CodePoints.Values(JinjaValue.ToText(a[0])).ToList(), CodePoints.Values(JinjaValue.ToText(a[1])).ToList());
        if (from.Count != to.Count) throw new ChatTemplateException("maketrans: the two texts have different lengths");
        foreach (var (key, value) in from.Zip(to)) table[(long)key] = (long)value;
        if (a.Has(2)) foreach (var key in CodePoints.Values(JinjaValue.ToText(a[2]))) table[(long)key] = null;
        return table;

        static int One(string text) => CodePoints.Count(text) == 1 ? CodePoints.Values(text).First()
            : throw new ChatTemplateException("maketrans: a key is one character");
    }

    public static string Character(long value) => value is >= 0 and <= 0x10FFFF ? CodePoints.Text((int)value)
        : throw new ChatTemplateException($"there is no character {value}");

    private static string Separator(string text, object? separator)
    {
        if (JinjaValue.ToText(separator) is not { Length: > 0 } sought) throw new ChatTemplateException("the separator is empty");
        JinjaLimits.Running.Search(text, sought);
        return sought;
    }
}
