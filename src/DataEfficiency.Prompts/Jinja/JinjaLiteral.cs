// Numbers and strings as a template writes them.
using System.Globalization;
using System.Numerics;
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaLiteral
{
    /// <summary>How far the number goes that begins here; what follows a zero ("012") is a number of its own.</summary>
    public static (int Length, bool IsFloat) Number(string source, int at)
    {
        var end = Digits(source, at, char.IsAsciiDigit);
        // after a dot ("list.0.1") a digit is an index
        if (at == 0 || source[at - 1] != '.')
        {
            var whole = end;
            if (end < source.Length && source[end] == '.' && Digits(source, end + 1, char.IsAsciiDigit) is var fraction
                && fraction > end + 1)
                whole = fraction;
            var exponent = whole;
            if (exponent < source.Length && source[exponent] is 'e' or 'E')
            {
                exponent++;
                if (exponent < source.Length && source[exponent] is '+' or '-') exponent++;
                if (Digits(source, exponent, char.IsAsciiDigit) is var power && power > exponent) return (power - at, true);
            }
            if (whole > end) return (whole - at, true);
        }
        if (source[at] != '0') return (end - at, false);
        Func<char, bool>? isDigit = (at + 1 < source.Length ? source[at + 1] : ' ') switch
        {
            'x' or 'X' => char.IsAsciiHexDigit,
            'b' or 'B' => c => c is '0' or '1',
            'o' or 'O' => c => c is >= '0' and <= '7',
            _ => null,
        };
        if (isDigit is not null)
        {
            var first = at + 2 < source.Length && source[at + 2] == '_' ? at + 3 : at + 2;
            if (Digits(source, first, isDigit) is var last && last > first) return (last - at, false);
        }
        return (Digits(source, at, c => c == '0') - at, false);
    }

    private static int Digits(string source, int at, Func<char, bool> isDigit)
    {
        var end = at;
        while (end < source.Length && (isDigit(source[end]) || source[end] == '_' && end > at && source[end - 1] != '_'
            && end + 1 < source.Length && isDigit(source[end + 1]))) end++;
        return end;
    }

    /// <exception cref="ChatTemplateException">More digits than Python reads.</exception>
    public static object Whole(string text, int line)
    {
        if (text.Length > JinjaNumberText.MostDigits)
            throw new ChatTemplateException($"line {line}: a number of {text.Length} digits is too large");
        return (text.Length > 1 ? text[1] : ' ') switch
        {
            'x' or 'X' =>
                JinjaNumbers.Whole(BigInteger.Parse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)),
            'b' or 'B' => JinjaNumbers.Whole(Sum(text[2..], 2)),
            'o' or 'O' => JinjaNumbers.Whole(Sum(text[2..], 8)),
            _ => JinjaNumbers.Whole(BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)),
        };
    }

    private static BigInteger Sum(string digits, int by) => digits.Aggregate(BigInteger.Zero, (sum, digit) => sum * by + (digit - '0'));

    /// <summary>The text that a string's inside stands for, by Python's rules as Jinja applies them.</summary>
    public static string Text(string inside, int line)
    {
        if (!inside.Contains('\\')) return inside;
        var text = new StringBuilder();
        for (var i = 0; i < inside.Length;)
        {
            if (inside[i] != '\\')
            {
                text.Append(inside[i++]);
                continue;
            }
            var (value, length) = Escape(inside, i + 1, line);
            text.Append(value);
            i += 1 + length;
        }
        return text.ToString();
    }

    private static (string Value, int Length) Escape(string text, int at, int line)
    {
        var c = text[at];
        switch (c)
        {
            case '\n': return ("", 1);
            case '\\' or '\'' or '"': return (c.ToString(), 1);
            case 'n': return ("\n", 1);
            case 't': return ("\t", 1);
            case 'r': return ("\r", 1);
            case 'a': return ("\a", 1);
            case 'b': return ("\b", 1);
            case 'f': return ("\f", 1);
            case 'v': return ("\v", 1);
            case 'x': return (Code(2), 3);
            case 'u': return (Code(4), 5);
            case 'U': return (Code(8), 9);
            case 'N': throw JinjaRefused.At(JinjaRefused.NamedCharacter, line);
            case >= '0' and <= '7':
                var length = 1;
                while (length < 3 && at + length < text.Length && text[at + length] is >= '0' and <= '7') length++;
                return (((char)Convert.ToInt32(text.Substring(at, length), 8)).ToString(), length);
            // What is not ASCII has become an escape itself before this one is read.
            case > '\x7f':
                var wide = CodePoints.LengthAt(text, at);
                var value = wide == 2 ? char.ConvertToUtf32(text, at) : c;
                return ("\\" + (value <= 0xFF ? $"x{value:x2}" : value <= 0xFFFF ? $"u{value:x4}" : $"U{value:x8}"), wide);
            // Python keeps an escape that it does not know.
            default: return ("\\" + c, 1);
        }

        string Code(int digits)
        {
            if (at + 1 + digits > text.Length
                || !int.TryParse(text.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                || code is < 0 or > 0x10FFFF) throw new ChatTemplateException($"line {line}: an escape in a string is damaged");
            return CodePoints.Text(code);
        }
    }
}
