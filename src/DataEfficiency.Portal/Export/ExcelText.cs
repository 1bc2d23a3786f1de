using System.Text;
using System.Text.RegularExpressions;

namespace DataEfficiency.Portal.Export;

/// <summary>Text as Excel can hold it: at most 32,767 characters, no lone surrogates, control characters as _xHHHH_.</summary>
public static partial class ExcelText
{
    public const int Longest = 32_767;
    private const string CutMark = "… [cut]";

    /// <summary>For writers that escape by themselves.</summary>
    public static string Cut(string text)
    {
        var whole = Whole(text);
        if (whole.Length <= Longest) return whole;
        var end = Longest - CutMark.Length;
        if (char.IsHighSurrogate(whole[end - 1])) end--;
        return whole[..end] + CutMark;
    }

    /// <summary>For XML that is written directly; cut so that the text Excel shows is not over the limit.</summary>
    public static string Encode(string text)
    {
        var cut = Cut(text);
        if (!cut.Contains("_x", StringComparison.Ordinal) && !cut.AsSpan().ContainsAnyInRange('\0', '\u001F') && !cut.Contains('\uFFFE')
            && !cut.Contains('\uFFFF')) return cut;
        var escaped = new StringBuilder(LooksEscaped().Replace(cut, "_x005F_"));
        for (var c = 0; c < 32; c++)
            if (c is not ('\t' or '\n')) escaped.Replace(((char)c).ToString(), $"_x{c:X4}_");
        return escaped.Replace("\uFFFE", "_xFFFE_").Replace("\uFFFF", "_xFFFF_").ToString();
    }

    private static string Whole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else return Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(text));
        }
        return text;
    }

    // the closing underscore can be the next one's opening: it is looked at, not taken
    [GeneratedRegex("_(?=x[0-9A-Fa-f]{4}_)")]
    private static partial Regex LooksEscaped();
}
