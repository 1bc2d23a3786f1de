// The text of a pattern while it is read, and the one kind of error that reading it has.
using System.Text;

namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal sealed class PatternText(string text)
{
    public int At { get; set; }

    public bool AtEnd => At >= text.Length;

    /// <summary>The next UTF-16 unit; U+0000 at the end, where <see cref="AtEnd"/> tells.</summary>
    public char Next => AtEnd ? '\0' : text[At];

    public bool Sees(string what) => string.CompareOrdinal(text, At, what, 0, what.Length) == 0;

    public bool Take(string what)
    {
        if (!Sees(what)) return false;
        At += what.Length;
        return true;
    }

    public int TakeCodePoint()
    {
        if (AtEnd) throw Wrong("it ends where a character is needed");
        if (!Rune.TryGetRuneAt(text, At, out var rune)) throw Wrong("half of a surrogate pair");
        At += rune.Utf16SequenceLength;
        return rune.Value;
    }

    /// <summary>Takes up to and with the closing text; what stands before it.</summary>
    public string? TakeUntil(string close)
    {
        var end = text.IndexOf(close, At, StringComparison.Ordinal);
        if (end < 0) return null;
        var inside = text[At..end];
        At = end + close.Length;
        return inside;
    }

    public string TakeDigits(int most, Func<char, bool> isDigit)
    {
        var start = At;
        while (!AtEnd && At - start < most && isDigit(Next)) At++;
        return text[start..At];
    }

    public bool HoldsLater(char c) => text.IndexOf(c, At) >= 0;

    /// <summary>Oniguruma has it, this translation has not.</summary>
    public ArgumentException Refused(string what) => new($"{what} is not supported, at character {At + 1} of {text}");

    /// <summary>Oniguruma refuses it too.</summary>
    public ArgumentException Wrong(string what) => new($"{what}, at character {At + 1} of {text}");
}
