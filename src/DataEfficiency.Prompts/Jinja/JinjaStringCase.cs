// Capitals and small letters by Python's rules: one character may become several, and a word begins after every character without case.
using System.Globalization;
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaStringCase
{
    public static string Upper(string text) => Mapped(text, JinjaUnicode.Upper);

    public static string Lower(string text)
    {
        if (!text.Contains('Σ')) return Mapped(text, JinjaUnicode.Lower);
        var made = new StringBuilder();
        for (var i = 0; i < text.Length; i += CodePoints.LengthAt(text, i)) made.Append(LowerAt(text, i));
        return JinjaLimits.Running.Made(made.ToString());
    }

    public static string Fold(string text) => Mapped(text, c => c switch
    {
        'ı' => "ı",
        'ẞ' => "ss",
        // Cherokee folds to its capitals
        >= 0x13A0 and <= 0x13FD or >= 0xAB70 and <= 0xABBF => JinjaUnicode.Upper(c),
        _ => Mapped(JinjaUnicode.Upper(c), JinjaUnicode.Lower),
    });

    public static string Title(string text)
    {
        var made = new StringBuilder();
        var inWord = false;
        for (var i = 0; i < text.Length; i += CodePoints.LengthAt(text, i))
        {
            var c = At(text, i);
            made.Append(inWord ? LowerAt(text, i) : JinjaUnicode.Title(c));
            inWord = IsCased(c);
        }
        return JinjaLimits.Running.Made(made.ToString());
    }

    public static string Capitalize(string text)
    {
        if (text.Length == 0) return text;
        var first = CodePoints.LengthAt(text, 0);
        var made = new StringBuilder(JinjaUnicode.Title(At(text, 0)));
        for (var i = first; i < text.Length; i += CodePoints.LengthAt(text, i)) made.Append(LowerAt(text, i));
        return JinjaLimits.Running.Made(made.ToString());
    }

    public static string Swap(string text)
    {
        var made = new StringBuilder();
        for (var i = 0; i < text.Length; i += CodePoints.LengthAt(text, i))
        {
            var c = At(text, i);
            made.Append(JinjaUnicode.IsUpper(c) ? LowerAt(text, i) : JinjaUnicode.IsLower(c) ? JinjaUnicode.Upper(c) : CodePoints.Text(c));
        }
        return JinjaLimits.Running.Made(made.ToString());
    }

    public static bool IsLetter(int c) => CodePoints.Category(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
        or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    public static bool IsLower(string text) => HasOnly(text, JinjaUnicode.IsLower, c => JinjaUnicode.IsUpper(c) || JinjaUnicode.IsTitle(c));

    public static bool IsUpper(string text) => HasOnly(text, JinjaUnicode.IsUpper, c => JinjaUnicode.IsLower(c) || JinjaUnicode.IsTitle(c));

    public static bool IsTitle(string text)
    {
        var (inWord, any) = (false, false);
        foreach (var c in CodePoints.Values(text))
        {
            var begins = JinjaUnicode.IsUpper(c) || JinjaUnicode.IsTitle(c);
            if (begins && inWord || !begins && JinjaUnicode.IsLower(c) && !inWord) return false;
            inWord = begins || JinjaUnicode.IsLower(c);
            any |= inWord;
        }
        return any;
    }

    private static bool HasOnly(string text, Func<int, bool> wanted, Func<int, bool> other)
    {
        var any = false;
        foreach (var c in CodePoints.Values(text))
        {
            if (other(c)) return false;
            any |= wanted(c);
        }
        return any;
    }

    private static bool IsCased(int c) => JinjaUnicode.IsUpper(c) || JinjaUnicode.IsLower(c) || JinjaUnicode.IsTitle(c);

    private static int At(string text, int i) => CodePoints.LengthAt(text, i) == 2 ? char.ConvertToUtf32(text, i) : text[i];

    private static string Mapped(string text, Func<int, string> map)
    {
        JinjaLimits.Running.MayMake(text.Length);
        if (text.Length == 1) return map(text[0]);
        var made = new StringBuilder(text.Length);
        foreach (var c in CodePoints.Values(text)) made.Append(map(c));
        return made.ToString();
    }

    /// <summary>Sigma has a form of its own at the end of a word.</summary>
    private static string LowerAt(string text, int at)
    {
        if (text[at] != 'Σ') return JinjaUnicode.Lower(At(text, at));
        var before = CodePoints.Values(text[..at]).Reverse().SkipWhile(IsIgnored).Select(c => (int?)c).FirstOrDefault();
        if (before is null || !IsCased(before.Value)) return "σ";
        var after = CodePoints.Values(text[(at + 1)..]).SkipWhile(IsIgnored).Select(c => (int?)c).FirstOrDefault();
        JinjaLimits.Running.MayMake(text.Length);
        return after is not null && IsCased(after.Value) ? "σ" : "ς";
    }

    private static bool IsIgnored(int c) =>
        c is '\'' or '.' or ':' or '^' or '`' or '\u00B7' or '\u2018' or '\u2019' or '\u2024' or '\u2027'
        || CodePoints.Category(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
