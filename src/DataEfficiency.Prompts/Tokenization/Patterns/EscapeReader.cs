// What stands after a backslash and means one code point or one set, in a bracket class and outside (Oniguruma's doc/RE, section 1 to 4).
namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal static class EscapeReader
{
    /// <summary>Reads after the backslash. One of the two results: a code point (that may fold), or a set.</summary>
    public static (int CodePoint, CodePointSet? Set) Read(PatternText text, bool inClass)
    {
        var start = text.At;
        var c = text.TakeCodePoint();
        CodePointSet? set = c switch
        {
            'w' => inClass ? UnicodeSets.WordInClass : UnicodeSets.Word,
            'W' => (inClass ? UnicodeSets.WordInClass : UnicodeSets.Word).Complement(),
            'd' => UnicodeSets.Digit,
            'D' => UnicodeSets.Digit.Complement(),
            's' => UnicodeSets.Space,
            'S' => UnicodeSets.Space.Complement(),
            'h' => UnicodeSets.HexDigit,
            'H' => UnicodeSets.HexDigit.Complement(),
            'p' or 'P' when text.Sees("{") => Property(text, c == 'P', inClass),
            _ => null,
        };
        return set is null ? (CodePoint(text, start, c, inClass), null) : (0, set);
    }

    private static CodePointSet Property(PatternText text, bool negated, bool inClass)
    {
        var start = text.At++;
        if (text.Take("^")) negated = !negated;
        var name = text.TakeUntil("}") ?? throw text.Wrong("\\p{ has no }");
        if (UnicodeSets.Property(name, inClass) is { } set) return negated ? set.Complement() : set;
        text.At = start;
        throw text.Refused($"the property \\p{{{name}}}");
    }

    private static int CodePoint(PatternText text, int start, int c, bool inClass)
    {
        switch (c)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'r': return '\r';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'a': return '\a';
            case 'e': return '\e';
            case 'b' when inClass: return '\b';
            case '0' or (>= '1' and <= '7') when c == '0' || inClass:
                text.At = start;
                return Octal(text, text.TakeDigits(3, d => d is >= '0' and <= '7'), start);
            case 'o' when text.Sees("{"):
                text.At++;
                return Octal(text, text.TakeUntil("}") ?? throw text.Wrong("\\o{ has no }"), start);
            case 'u':
                return Hexadecimal(text, text.TakeDigits(4, char.IsAsciiHexDigit), start, 4);
            case 'x' when text.Take("{"):
                return Hexadecimal(text, text.TakeUntil("}") ?? throw text.Wrong("\\x{ has no }"), start, 0);
            case 'x':
                return Hexadecimal(text, text.TakeDigits(2, char.IsAsciiHexDigit), start, 0) is var b and < 0x80 ? b
                    : throw Refused(text, start, "a byte of a longer character (\\xHH)");
            case 'c' when char.IsAsciiLetter(text.Next): return text.TakeCodePoint() & 0x1F;
            case 'C' when text.Take("-") && char.IsAsciiLetter(text.Next): return text.TakeCodePoint() & 0x1F;
            case 'c' or 'C' or 'M': throw Refused(text, start, $"\\{(char)c}");
            // All other letters and signs stand for themselves, as those that mean something outside do within a class.
            default: return c;
        }
    }

    private static int Octal(PatternText text, string digits, int start) =>
        digits.Length is > 0 and <= 8 && digits.All(d => d is >= '0' and <= '7') ? Valid(text, Convert.ToInt32(digits, 8), start)
            : throw Refused(text, start, "\\o{...} of other than octal digits");

    private static int Hexadecimal(PatternText text, string digits, int start, int needed) =>
        digits.Length is > 0 and <= 8 && digits.Length >= needed && digits.All(char.IsAsciiHexDigit)
            ? Valid(text, (int)Math.Min(Convert.ToInt64(digits, 16), int.MaxValue), start)
            : throw Refused(text, start, "an escape of other than hexadecimal digits");

    private static int Valid(PatternText text, int value, int start) =>
        System.Text.Rune.IsValid(value) ? value : throw Refused(text, start, $"the code {value:X}, which is no character,");

    private static ArgumentException Refused(PatternText text, int start, string what)
    {
        text.At = start - 1;
        return text.Refused(what);
    }
}
