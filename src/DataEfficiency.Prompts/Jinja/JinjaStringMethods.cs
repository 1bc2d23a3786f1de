// Python's methods of strings. Places count code points.
using System.Globalization;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaStringMethods
{
    private sealed record Method(JinjaSignature Signature, Func<string, JinjaBound, object?> Run);

    // What these give of an escaped text is escaped text again; of new and fill characters too.
    private static readonly HashSet<string> Escaping =
    [
        "capitalize", "title", "lower", "upper", "replace", "ljust", "rjust", "lstrip", "rstrip", "center", "strip", "translate",
        "expandtabs", "swapcase", "zfill", "casefold", "removeprefix", "removesuffix", "partition", "rpartition", "split", "rsplit",
            "splitlines", "join",
    ];

    private static readonly Dictionary<string, Method> Methods = new()
    {
        ["strip"] = New("chars? /", (t, a) => JinjaStringParts.Strip(t, a[0], true, true)),
        ["lstrip"] = New("chars? /", (t, a) => JinjaStringParts.Strip(t, a[0], true, false)),
        ["rstrip"] = New("chars? /", (t, a) => JinjaStringParts.Strip(t, a[0], false, true)),
        ["upper"] = New("/", (t, _) => JinjaStringCase.Upper(t)),
        ["lower"] = New("/", (t, _) => JinjaStringCase.Lower(t)),
        ["casefold"] = New("/", (t, _) => JinjaStringCase.Fold(t)),
        ["title"] = New("/", (t, _) => JinjaStringCase.Title(t)),
        ["capitalize"] = New("/", (t, _) => JinjaStringCase.Capitalize(t)),
        ["swapcase"] = New("/", (t, _) => JinjaStringCase.Swap(t)),
        ["startswith"] = New("prefix start? end? /", (t, a) => Within(t, a, (part, p) => part.StartsWith(p, StringComparison.Ordinal))),
        ["endswith"] = New("suffix start? end? /", (t, a) => Within(t, a, (part, p) => part.EndsWith(p, StringComparison.Ordinal))),
        ["removeprefix"] =
            New("prefix /", (t, a) => JinjaValue.ToText(a[0]) is var p && t.StartsWith(p, StringComparison.Ordinal) ? t[p.Length..] : t),
        ["removesuffix"] =
            New("suffix /", (t, a) => JinjaValue.ToText(a[0]) is var p && t.EndsWith(p, StringComparison.Ordinal) ? t[..^p.Length] : t),
        ["split"] = New("sep? maxsplit?", (t, a) => JinjaStringParts.Split(t, a[0], a.Count(1, -1))),
        ["rsplit"] = New("sep? maxsplit?", (t, a) => JinjaStringParts.SplitFromRight(t, a[0], a.Count(1, -1))),
        ["splitlines"] = New("keepends?", (t, a) => new JinjaList(JinjaStringParts.Lines(t, a.IsTrue(0)))),
        ["partition"] = New("sep /", (t, a) => JinjaStringParts.Partition(t, a[0])),
        ["rpartition"] = New("sep /", (t, a) => JinjaStringParts.PartitionFromRight(t, a[0])),
        ["replace"] = New("old new count?", (t, a) => Replace(t, JinjaValue.ToText(a[0]), JinjaValue.ToText(a[1]), a.Count(2, -1))),
        ["find"] = New("sub start? end? /", (t, a) => Find(t, a, last: false)),
        ["rfind"] = New("sub start? end? /", (t, a) => Find(t, a, last: true)),
        ["index"] = New("sub start? end? /", (t, a) => Found(Find(t, a, last: false))),
        ["rindex"] = New("sub start? end? /", (t, a) => Found(Find(t, a, last: true))),
        ["count"] = New("sub start? end? /", Count),
        ["join"] = New("iterable /", (t, a) => Join(t, JinjaValue.Iterate(a[0]).Select(JinjaValue.ToText))),
        ["center"] = New("width fillchar? /", (t, a) => Pad(t, a, fill => fill / 2 + (fill & (a.Count(0, 0) & 1)))),
        ["ljust"] = New("width fillchar? /", (t, a) => Pad(t, a, _ => 0)),
        ["rjust"] = New("width fillchar? /", (t, a) => Pad(t, a, fill => fill)),
        ["zfill"] = New("width /", (t, a) => ZeroFill(t, a.Count(0, 0))),
        ["expandtabs"] = New("tabsize?", (t, a) => ExpandTabs(t, a.Count(0, 8))),
        ["translate"] = New("table /", (t, a) => JinjaStringParts.Translate(t, a[0])),
        ["maketrans"] = New("x y? z? /", (_, a) => JinjaStringParts.MakeTable(a)),
        ["isascii"] = New("/", (t, _) => t.All(char.IsAscii)),
        ["isalpha"] = New("/", (t, _) => All(t, JinjaStringCase.IsLetter)),
        ["isalnum"] = New("/", (t, _) => All(t, c => JinjaStringCase.IsLetter(c) || JinjaUnicode.IsNumeric(c))),
        ["isdecimal"] = New("/", (t, _) => All(t, c => CodePoints.Category(c) == UnicodeCategory.DecimalDigitNumber)),
        ["isdigit"] = New("/", (t, _) => All(t, c => CharUnicodeInfo.GetDigitValue(CodePoints.Text(c), 0) >= 0)),
        ["isnumeric"] = New("/", (t, _) => All(t, JinjaUnicode.IsNumeric)),
        ["isspace"] = New("/", (t, _) => t.Length > 0 && t.All(CodePoints.IsSpace)),
        ["isprintable"] = New("/", (t, _) => CodePoints.Values(t).All(CodePoints.IsPrintable)),
        ["isidentifier"] = New("/", (t, _) => t.Length > 0 && (JinjaStringCase.IsLetter(CodePoints.Values(t).First()) || t[0] == '_')
            && CodePoints.Values(t).All(c => JinjaStringCase.IsLetter(c) || c == '_' || IsPartOfName(c))),
        ["islower"] = New("/", (t, _) => JinjaStringCase.IsLower(t)),
        ["isupper"] = New("/", (t, _) => JinjaStringCase.IsUpper(t)),
        ["istitle"] = New("/", (t, _) => JinjaStringCase.IsTitle(t)),
    };

    private static Method New(string parameters, Func<string, JinjaBound, object?> run) => new(new JinjaSignature(parameters), run);

    /// <param name="of">A string or escaped text.</param>
    public static JinjaFunction? Find(object of, string name)
    {
        var text = JinjaValue.ToText(of);
        if (name is "format" or "format_map")
            return new JinjaFunction(name, a => JinjaBraceFormat.Apply(of, name == "format" ? a : JinjaBraceFormat.OfMapping(a)));
        if (!Methods.TryGetValue(name, out var method)) return null;
        return new JinjaFunction(name, arguments =>
        {
            JinjaLimits.Running.MayMake(text.Length);
            if (of is not JinjaMarkup || !Escaping.Contains(name)) return method.Run(text, method.Signature.Bind(name, arguments));
            return Marked(method.Run(text, method.Signature.Bind(name, Escaped(name, arguments))));
        });
    }

    private static JinjaArguments Escaped(string name, JinjaArguments given) => name switch
    {
        "replace" or "ljust" or "rjust" or "center" =>
            given with { Positional = [.. given.Positional.Select((v, i) => i == 1 ? JinjaMarkup.Escaped(v) : v)] },
        "join" =>
            given with { Positional = [.. given.Positional.Select(v => new JinjaList(JinjaValue.Iterate(v).Select(JinjaMarkup.Escaped)))] },
        _ => given,
    };

    private static object? Marked(object? value) => value switch
    {
        string text => new JinjaMarkup(text),
        JinjaList list => new JinjaList(list.Select(Marked), list.IsTuple),
        _ => value,
    };

    public static string Join(string separator, IEnumerable<string> texts)
    {
        var all = new List<string>();
        foreach (var text in texts)
        {
            JinjaLimits.Running.MayMake((long)text.Length + separator.Length);
            all.Add(text);
        }
        return string.Join(separator, all);
    }

    /// <param name="count">How many at most; below zero all.</param>
    public static string Replace(string text, string old, string made, long count)
    {
        JinjaLimits.Running.Search(text, old);
        var most = count < 0 ? int.MaxValue : (int)Math.Min(count, int.MaxValue);
        if (old.Length == 0)
        {
            // before every character and at the end
            var characters = JinjaValue.Characters(text);
            var places = (int)Math.Min(most, characters.Length + 1L);
            JinjaLimits.Running.MayMake(text.Length + (long)made.Length * places);
            return string.Concat(characters.Select((c, i) => i < places ? made + c : c)) + (places > characters.Length ? made : "");
        }
        var parts = most == int.MaxValue ? text.Split(old) : text.Split(old, most + 1);
        JinjaLimits.Running.MayMake((long)(parts.Length - 1) * made.Length + text.Length);
        return string.Join(made, parts);
    }

    private static bool All(string text, Func<int, bool> holds) => text.Length > 0 && CodePoints.Values(text).All(holds);

    private static bool IsPartOfName(int c) =>
        CodePoints.Category(c) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;

    /// <summary>The part that the optional start and end leave; null where they cross.</summary>
    private static (string Part, int From)? Part(string text, JinjaBound a, int first)
    {
        if (!(a.Has(first) && a[first] is not null) && !(a.Has(first + 1) && a[first + 1] is not null)) return (text, 0);
        var count = CodePoints.Count(text);
        var (start, end) = (Place(first, 0), Math.Min(Place(first + 1, count), count));
        if (start > end) return null;
        var unit = CodePoints.Unit(text, start);
        return (text[unit..CodePoints.Unit(text, end)], (int)start);

        long Place(int at, long absent)
        {
            var place = a.Has(at) && a[at] is not null ? JinjaValue.ToCount(a[at]) : absent;
            return place < 0 ? Math.Max(0, place + count) : place;
        }
    }

    private static bool Within(string text, JinjaBound a, Func<string, string, bool> holds)
    {
        var options = a[0] is JinjaList { IsTuple: true } several ? several.Select(JinjaValue.ToText).ToList() : [JinjaValue.ToText(a[0])];
        return Part(text, a, 1) is { } part && options.Any(o => holds(part.Part, o));
    }

    private static long Find(string text, JinjaBound a, bool last)
    {
        var sought = JinjaValue.ToText(a[0]);
        JinjaLimits.Running.Search(text, sought);
        if (Part(text, a, 1) is not { } part) return -1;
        var at = last ? part.Part.LastIndexOf(sought, StringComparison.Ordinal) : part.Part.IndexOf(sought, StringComparison.Ordinal);
        return at < 0 ? -1 : CodePoints.Place(part.Part, at) + part.From;
    }

    private static long Found(long place) => place >= 0 ? place : throw new ChatTemplateException("index: the text is not in the string");

    private static object Count(string text, JinjaBound a)
    {
        var sought = JinjaValue.ToText(a[0]);
        JinjaLimits.Running.Search(text, sought);
        if (Part(text, a, 1) is not { } part) return 0L;
        return sought.Length == 0 ? CodePoints.Count(part.Part) + 1L : (long)part.Part.Split(sought).Length - 1;
    }

    private static string Pad(string text, JinjaBound a, Func<long, long> left)
    {
        var fill = a.Has(1) ? JinjaValue.ToText(a[1]) : " ";
        if (CodePoints.Count(fill) != 1) throw new ChatTemplateException("the fill character must be one character");
        var more = JinjaValue.ToCount(a[0]) - CodePoints.Count(text);
        if (more <= 0) return text;
        JinjaLimits.Running.MayMake(Math.Min(more, int.MaxValue) * fill.Length);
        var before = (int)left(more);
        return Repeated(fill, before) + text + Repeated(fill, (int)more - before);
    }

    public static string Repeated(string text, int times) =>
        text.Length == 1 ? new string(text[0], times) : string.Concat(Enumerable.Repeat(text, times));

    private static string ZeroFill(string text, long width)
    {
        var more = width - CodePoints.Count(text);
        if (more <= 0) return text;
        JinjaLimits.Running.MayMake(Math.Min(more, int.MaxValue));
        var sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return text[..sign] + new string('0', (int)more) + text[sign..];
    }

    private static string ExpandTabs(string text, long size)
    {
        JinjaLimits.Running.MayMake((long)Math.Min((double)text.Count(c => c == '\t') * Math.Max(size, 0), 1e15));
        var made = new System.Text.StringBuilder();
        long column = 0;
        foreach (var c in JinjaValue.Characters(text))
        {
            if (c == "\t")
            {
                var blanks = size > 0 ? size - column % size : 0;
                made.Append(' ', (int)blanks);
                column += blanks;
                continue;
            }
            column = c is "\n" or "\r" ? 0 : column + 1;
            made.Append(c);
        }
        return made.ToString();
    }
}
