// Texts as Python counts them: by code points, where .NET counts UTF-16 units.
using System.Globalization;

namespace DataEfficiency.Prompts.Jinja;

internal static class CodePoints
{
    public static bool AreUnits(string text) => !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    public static int Count(string text)
    {
        if (AreUnits(text)) return text.Length;
        var count = 0;
        for (var i = 0; i < text.Length; i += LengthAt(text, i)) count++;
        return count;
    }

    /// <summary>1, or 2 where a surrogate pair stands.</summary>
    public static int LengthAt(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    /// <summary>Each character as a text of its own.</summary>
    public static string[] Split(string text)
    {
        var characters = new List<string>(text.Length);
        for (var i = 0; i < text.Length; i += characters[^1].Length) characters.Add(At(text, i));
        return [.. characters];
    }

    /// <summary>The number of a character that <see cref="Split"/> gave.</summary>
    public static int Value(string character) => character.Length == 2 ? char.ConvertToUtf32(character[0], character[1]) : character[0];

    public static string Text(int value) => value is < 0xD800 or > 0xDFFF and <= 0xFFFF ? ((char)value).ToString()
        : value <= 0xFFFF ? ((char)value).ToString() : char.ConvertFromUtf32(value);

    public static IEnumerable<int> Values(string text)
    {
        for (var i = 0; i < text.Length; i += LengthAt(text, i))
            yield return LengthAt(text, i) == 2 ? char.ConvertToUtf32(text, i) : text[i];
    }

    /// <summary>The place in code points of a place in units.</summary>
    public static int Place(string text, int unit) => unit < 0 || AreUnits(text) ? unit : Count(text[..unit]);

    /// <summary>The unit where the code point of this place begins; the text's length where it is beyond.</summary>
    public static int Unit(string text, long place)
    {
        if (AreUnits(text)) return (int)Math.Min(place, text.Length);
        var at = 0;
        for (; place > 0 && at < text.Length; place--) at += LengthAt(text, at);
        return at;
    }

    public static UnicodeCategory Category(int value) => CharUnicodeInfo.GetUnicodeCategory(value);

    /// <summary>Python's white space: Unicode's, and the four separators 1C to 1F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>What Python writes as it is in repr().</summary>
    public static bool IsPrintable(int value) => value == ' ' || Category(value) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    private static string At(string text, int at) => LengthAt(text, at) == 2 ? text.Substring(at, 2)
        // one character of ASCII is the same string each time
        : text[at] < Ascii.Length ? Ascii[text[at]] : text[at].ToString();

    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(c => ((char)c).ToString())];
}
