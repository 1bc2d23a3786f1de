// Python's format specifications: [[fill]align][sign][z][#][0][width][,_][.precision][type].
using System.Globalization;
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaFormatSpec
{
    private string fill = " ";
    private char align = '\0', sign = '-', group = '\0', type = '\0';
    private bool alternative, zeroes, noNegativeZero;
    private int width, precision = -1;

    /// <summary>format(value, spec)</summary>
    public static string Apply(object? value, string spec)
    {
        if (spec.Length == 0) return JinjaText.Of(value);
        if (value is not (string or JinjaMarkup) && !JinjaValue.IsNumber(value))
            throw new ChatTemplateException($"{JinjaValue.TypeName(value)} takes no format '{spec}'");
        var parsed = new JinjaFormatSpec(spec);
        return value switch
        {
            string text => parsed.OfText(text),
            JinjaMarkup markup => parsed.OfText(markup.Text),
            bool when parsed.type is '\0' => parsed.OfBoolean((bool)value),
            double number => parsed.OfDouble(number),
            _ when parsed.type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%' => parsed.OfDouble(JinjaArithmetic.ToDouble(value)),
            _ => parsed.OfWhole(JinjaArithmetic.ToBig(value)),
        };
    }

    private JinjaFormatSpec(string spec)
    {
        var parts = CodePoints.Split(spec);
        var at = 0;
        char Peek(int ahead = 0) => at + ahead < parts.Length && parts[at + ahead].Length == 1 ? parts[at + ahead][0] : '\0';
        var hasFill = Peek(1) is '<' or '>' or '=' or '^';
        if (hasFill) (fill, align, at) = (parts[0], Peek(1), 2);
        else if (Peek() is '<' or '>' or '=' or '^') align = parts[at++][0];
        if (Peek() is '+' or '-' or ' ') sign = parts[at++][0];
        if (Peek() == 'z') (noNegativeZero, at) = (true, at + 1);
        if (Peek() == '#') (alternative, at) = (true, at + 1);
        if (Peek() == '0')
        {
            at++;
            if (!hasFill) fill = "0";
            if (align == '\0') (zeroes, align) = (true, '=');
        }
        width = Number() ?? 0;
        if (Peek() is ',' or '_') group = parts[at++][0];
        if (Peek() is ',' or '_') throw Bad();
        if (Peek() == '.')
        {
            at++;
            precision = Number() ?? throw Bad();
        }
        if (at < parts.Length) type = Peek();
        if (at < parts.Length - 1 || at < parts.Length && type == '\0') throw Bad();

        int? Number()
        {
            var first = at;
            while (char.IsAsciiDigit(Peek())) at++;
            if (at == first) return null;
            return int.TryParse(string.Concat(parts[first..at]), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                && n <= JinjaLimits.Text
                ? n : throw new ChatTemplateException("a format is too wide");
        }

        ChatTemplateException Bad() => new($"the format '{spec}' is not understood");
    }

    private string OfBoolean(bool value) => OfWhole(value ? 1 : 0);

    private string OfText(string text)
    {
        if (type is not ('\0' or 's') || sign != '-' || alternative || group != '\0' || noNegativeZero || align == '=' && !zeroes)
            throw new ChatTemplateException("this format is none for texts");
        if (precision >= 0) text = text[..CodePoints.Unit(text, precision)];
        return Padded("", text, align is '\0' or '=' ? '<' : align);
    }

    private string OfWhole(BigInteger value)
    {
        if (precision >= 0 || noNegativeZero) throw new ChatTemplateException("a whole number takes no precision");
        if (type == 'c')
        {
            if (sign != '-' || alternative || group != '\0')
                throw new ChatTemplateException("the format 'c' takes neither sign nor commas");
            var character = JinjaStringParts.Character(value < 0 || value > int.MaxValue ? -1 : (long)value);
            return Padded("", character, align == '\0' ? '<' : align);
        }
        if (type is not ('\0' or 'd' or 'n' or 'b' or 'o' or 'x' or 'X') || group == ',' && type is 'b' or 'o' or 'x' or 'X' or 'n'
            || group == '_' && type == 'n')
            throw new ChatTemplateException($"the format '{type}' is none for whole numbers");
        var digits = Digits(BigInteger.Abs(value), type);
        var prefix = Sign(value.Sign < 0) + (alternative && type is 'b' or 'o' or 'x' or 'X' ? $"0{type}" : "");
        return Grouped(prefix, digits, "", type is 'b' or 'o' or 'x' or 'X' ? 4 : 3);
    }

    /// <summary>The digits of a whole number of zero or above; b, o, x or X, else decimal.</summary>
    public static string Digits(BigInteger value, char type)
    {
        if (type is 'x' or 'X')
        {
            var hex = value.ToString(type.ToString(), CultureInfo.InvariantCulture).TrimStart('0');
            return hex.Length == 0 ? "0" : hex;
        }
        if (type is not ('b' or 'o')) return JinjaText.Number(value);
        var bits = value.ToString("B", CultureInfo.InvariantCulture).TrimStart('0');
        if (bits.Length == 0) return "0";
        if (type == 'b') return bits;
        bits = bits.PadLeft((bits.Length + 2) / 3 * 3, '0');
        return string.Concat(Enumerable.Range(0, bits.Length / 3).Select(i => (char)('0' + Convert.ToInt32(bits.Substring(i * 3, 3), 2))));
    }

    private string OfDouble(double value)
    {
        if (type is not ('\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'n' or '%') || group != '\0' && type == 'n')
            throw new ChatTemplateException($"the format '{type}' is none for numbers with a fraction");
        if (precision > JinjaLimits.Range) throw new ChatTemplateException("a format has too many decimals");
        var text = JinjaFloatText.Of(Math.Abs(type == '%' ? value * 100 : value), type, precision, alternative);
        var negative = double.IsNegative(value) && !double.IsNaN(value)
            && !(noNegativeZero && text.All(c => c is '0' or '.' or 'e' or '+' or '-'));
        var whole = text.TakeWhile(char.IsAsciiDigit).Count();
        return Grouped(Sign(negative), text[..whole], text[whole..] + (type == '%' ? "%" : ""), 3);
    }

    private string Sign(bool negative) => negative ? "-" : sign == '-' ? "" : sign.ToString();

    private string Grouped(string prefix, string digits, string rest, int every)
    {
        if (group != '\0' && digits.Length > 0)
        {
            // zeros that fill the width are grouped too
            if (fill == "0" && align == '=')
                while (Separated(digits, every).Length + prefix.Length + rest.Length < width && Separated("0" + digits, every) is var longer
                    && longer.Length + prefix.Length + rest.Length <= width + 1)
                {
                    JinjaLimits.Running.MayMake(digits.Length);
                    digits = "0" + digits;
                }
            digits = Separated(digits, every);
        }
        return Padded(prefix, digits + rest, align == '\0' ? '>' : align);
    }

    private string Separated(string digits, int every) => string.Join(group, Enumerable.Range(0, (digits.Length + every - 1) / every)
        .Select(i => digits[Math.Max(0, digits.Length - (i + 1) * every)..(digits.Length - i * every)]).Reverse());

    private string Padded(string prefix, string text, char at)
    {
        var more = width - prefix.Length - CodePoints.Count(text);
        if (more <= 0) return prefix + text;
        JinjaLimits.Running.MayMake((long)more * fill.Length);
        var left = at switch { '<' => 0, '^' => more / 2, _ => more };
        var (before, after) = (JinjaStringMethods.Repeated(fill, left), JinjaStringMethods.Repeated(fill, more - left));
        return at == '=' ? prefix + before + text : before + prefix + text + after;
    }
}
