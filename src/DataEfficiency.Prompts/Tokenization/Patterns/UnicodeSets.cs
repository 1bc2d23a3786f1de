// The sets of code points that a pattern can name: \p{...}, [:...:] and \w \d \s \h. What Oniguruma knows and this does not is refused.
using System.Globalization;

namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal static class UnicodeSets
{
    // In the order of .NET's UnicodeCategory.
    private const string Categories =
        "Lu Uppercase_Letter,Ll Lowercase_Letter,Lt Titlecase_Letter,Lm Modifier_Letter,Lo Other_Letter,Mn Nonspacing_Mark,"
        + "Mc Spacing_Mark,Me Enclosing_Mark,Nd Decimal_Number,Nl Letter_Number,No Other_Number,Zs Space_Separator,Zl Line_Separator,"
        + "Zp Paragraph_Separator,Cc Control,Cf Format,Cs Surrogate,Co Private_Use,Pc Connector_Punctuation,Pd Dash_Punctuation,"
        + "Ps Open_Punctuation,Pe Close_Punctuation,Pi Initial_Punctuation,Pf Final_Punctuation,Po Other_Punctuation,"
        + "Sm Math_Symbol,Sc Currency_Symbol,Sk Modifier_Symbol,So Other_Symbol,Cn Unassigned";

    private const string Groups =
        "L Letter,M Mark,M Combining_Mark,N Number,Z Separator,P Punctuation,P Punct,S Symbol,C Other,LC Cased_Letter";

    private static readonly Dictionary<string, CodePointSet> Named = BuildCategories();

    public static readonly CodePointSet Space = Named["z"].Union(CodePointSet.Parse("9-D 85"));
    public static readonly CodePointSet Digit = Named["nd"];
    public static readonly CodePointSet HexDigit = CodePointSet.Parse("30-39 41-46 61-66");
    public static readonly CodePointSet Newline = CodePointSet.Of('\n');

    /// <summary>Word in brackets. Outside them, and at \b, Oniguruma takes some Latin-1 numbers too: <see cref="Word"/>.</summary>
    public static readonly CodePointSet WordInClass;

    public static readonly CodePointSet Word;

    /// <summary>Word in Unicode's own sense, as around added tokens (which no pattern of Oniguruma's finds).</summary>
    public static readonly CodePointSet WordWithJoiners;

    static UnicodeSets()
    {
        var alphabetic = Named["l"].Union(Named["nl"]).Union(Named["m"]).Except(Table(".marks")).Union(Table(".symbols"));
        WordInClass = alphabetic.Union(Named["m"]).Union(Digit).Union(Named["pc"]);
        Word = WordInClass.Union(CodePointSet.Parse("B2-B3 B9 BC-BE"));
        WordWithJoiners = WordInClass.Union(CodePointSet.Of(0x200C, 0x200D));
        var ink = Space.Union(Named["cc"]).Union(Named["cn"]).Complement();
        foreach (var (names, set) in ((string, CodePointSet)[])[
            ("alpha alphabetic", alphabetic), ("lower lowercase", Named["ll"].Union(Table(".lowercase"))),
            ("upper uppercase", Named["lu"].Union(Table(".uppercase"))), ("alnum", alphabetic.Union(Digit)), ("digit", Digit),
            ("space whitespace wspace", Space), ("blank", Named["zs"].Union(CodePointSet.Of('\t'))), ("cntrl", Named["cc"]),
            ("graph", ink), ("print", ink.Union(Named["zs"])), ("xdigit asciihexdigit ahex", HexDigit), ("ascii", CodePointSet.Of(0, 0x7F)),
            ("posixpunct", Named["p"].Union(Named["s"])), ("any", CodePointSet.All), ("assigned", Named["cn"].Complement())])
            foreach (var name in names.Split(' ')) Named.Add(name, set);
    }

    /// <summary>Each general category of one code point, by its short name.</summary>
    public static IEnumerable<(string Name, CodePointSet Set)> GeneralCategories => Named
        .Where(p => p.Key.Length <= 2 && p.Key is not ("lc" or "cs" or "c")).OrderBy(p => p.Key.Length)
        .Select(p => (char.ToUpperInvariant(p.Key[0]) + p.Key[1..], p.Value));

    /// <summary>\p{name}: spaces, '_', '-' and case do not count. Null where it is not known here.</summary>
    public static CodePointSet? Property(string name, bool inClass)
    {
        var key = string.Concat(name.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant();
        if (key == "word") return inClass ? WordInClass : Word;
        return Named.TryGetValue(key, out var set) ? set : !key.All(char.IsAsciiLetterOrDigit) ? null : UnicodeTables.Find(key);
    }

    /// <summary>[:name:]; null where there is no such class.</summary>
    public static CodePointSet? Posix(string name) => name switch
    {
        "word" => WordInClass,
        "punct" => Named["posixpunct"],
        "alnum" or "alpha" or "ascii" or "blank" or "cntrl" or "digit" or "graph" or "lower" or "print" or "space" or "upper" or "xdigit" =>
            Named[name],
        _ => null,
    };

    private static CodePointSet Table(string name) => UnicodeTables.Find(name)!;

    private static Dictionary<string, CodePointSet> BuildCategories()
    {
        var names = Categories.Split(',').Select(c => c.Split(' ')).ToArray();
        var ranges = names.Select(_ => new List<(int, int)>()).ToArray();
        for (int c = 0, first = 0; c < CodePointSet.End; first = c)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(first);
            while (++c < CodePointSet.End && CharUnicodeInfo.GetUnicodeCategory(c) == category) { }
            ranges[(int)category].Add((first, c - 1));
        }
        var named = new Dictionary<string, CodePointSet>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++) Add(names[i], CodePointSet.Of(ranges[i]));
        foreach (var group in Groups.Split(',').Select(g => g.Split(' ')))
        {
            var parts = names.Select(n => n[0]).Where(n => group[0] == "LC" ? n is "Lu" or "Ll" or "Lt" : n[0] == group[0][0]);
            Add(group, parts.Select(p => named[p.ToLowerInvariant()]).Aggregate((a, b) => a.Union(b)));
        }
        return named;

        void Add(string[] aliases, CodePointSet set)
        {
            foreach (var alias in aliases) named[alias.Replace("_", "").ToLowerInvariant()] = set;
        }
    }
}
