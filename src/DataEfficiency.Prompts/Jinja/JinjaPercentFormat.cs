// Python's % on texts: '%s has %05.1f' % (name, number).
using System.Numerics;
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaPercentFormat
{
    private readonly string format;
    private readonly bool escapes;
    private readonly object? given;
    private readonly IReadOnlyList<object?> values;
    private int at, used;

    private JinjaPercentFormat(string format, object? given, bool escapes)
    {
        (this.format, this.given, this.escapes) = (format, given, escapes);
        values = given is JinjaList { IsTuple: true } tuple ? tuple : [given];
    }

    /// <param name="left">A string or escaped text, which escapes what goes into it.</param>
    public static object Apply(object left, object? given)
    {
        var text = new JinjaPercentFormat(JinjaValue.ToText(left), given, left is JinjaMarkup).Run();
        return left is JinjaMarkup ? new JinjaMarkup(text) : text;
    }

    private string Run()
    {
        var text = new StringBuilder();
        for (at = 0; at < format.Length;)
        {
            var next = format.IndexOf('%', at);
            if (next < 0) next = format.Length;
            text.Append(format, at, next - at);
            at = next + 1;
            if (next < format.Length) text.Append(JinjaLimits.Running.Made(Converted()));
        }
        // a mapping (for Python all with items by key or place is one) may have more than the format asks for
        if (used < values.Count && given is not (JinjaDictionary or JinjaList { IsTuple: false } or JinjaRange or Undefined))
            throw new ChatTemplateException("%: not all arguments went into the text");
        return text.ToString();
    }

    private char Take() => at < format.Length ? format[at++] : throw new ChatTemplateException("%: the format is not complete");

    private string Converted()
    {
        object? value = JinjaBound.Absent;
        var c = Take();
        if (c == '%') return "%";
        if (c == '(')
        {
            if (given is not JinjaDictionary map) throw new ChatTemplateException("%: a format with names needs a mapping");
            var (start, open) = (at, 1);
            while (open > 0) open += Take() switch { '(' => 1, ')' => -1, _ => 0 };
            var key = format[start..(at - 1)];
            value = map.TryGetValue(key, out var found) ? found : throw new ChatTemplateException($"%: there is no '{key}'");
            used = values.Count;
            c = Take();
        }
        bool left = false, zero = false, alternative = false;
        var sign = "";
        for (; c is '#' or '0' or '-' or ' ' or '+'; c = Take())
        {
            left |= c == '-';
            zero |= c == '0';
            alternative |= c == '#';
            if (c == '+' || c == ' ' && sign == "") sign = c.ToString();
        }
        var width = Count(ref c);
        if (width < 0) (left, width) = (true, -width);
        var precision = -1;
        if (c == '.')
        {
            c = Take();
            precision = Math.Max(0, Count(ref c));
        }
        if (c is 'h' or 'l' or 'L') c = Take();
        if (ReferenceEquals(value, JinjaBound.Absent)) value = NextValue();
        var (prefix, text) = One(c, value, sign, alternative, precision);
        var more = width - prefix.Length - CodePoints.Count(text);
        if (more <= 0) return prefix + text;
        JinjaLimits.Running.MayMake(more);
        if (left) return prefix + text + new string(' ', more);
        return zero && c is not ('s' or 'r' or 'a' or 'c') ? prefix + new string('0', more) + text : new string(' ', more) + prefix + text;
    }

    /// <summary>A number in the format, or * and the number among the values.</summary>
    private int Count(ref char c)
    {
        long count = 0;
        if (c == '*')
        {
            count = NextValue() is var value && JinjaArithmetic.IsWhole(value) ? JinjaValue.ToCount(value)
                : throw new ChatTemplateException("%: * needs a whole number");
            c = Take();
        }
        else
            for (; char.IsAsciiDigit(c); c = Take()) count = Math.Min(count * 10 + (c - '0'), int.MaxValue);
        if (Math.Abs(Math.Max(count, -int.MaxValue)) > JinjaLimits.Text) throw new ChatTemplateException("a format is too wide");
        return (int)count;
    }

    private object? NextValue() =>
        used < values.Count ? values[used++] : throw new ChatTemplateException("%: not enough arguments for the format");

    private (string Prefix, string Text) One(char type, object? value, string sign, bool alternative, int precision)
    {
        switch (type)
        {
            case 's': return ("", Cut(escapes ? JinjaMarkup.Escaped(value).Text : JinjaText.Of(value), precision));
            case 'r': return ("", Cut(Escaped(JinjaText.Representation(value)), precision));
            case 'a': return ("", Cut(Escaped(AsciiRepresentation(value)), precision));
            case 'c':
                if (JinjaValue.IsText(value, out var one))
                    return ("", CodePoints.Count(one) == 1 ? one : throw new ChatTemplateException("%c needs one character"));
                return ("", JinjaStringParts.Character(JinjaValue.ToCount(value)));
            case 'd' or 'i' or 'u':
                var whole = value is double d && !escapes ? JinjaNumberFilters.Truncated(d) : JinjaArithmetic.ToBig(value);
                return (whole.Sign < 0 ? "-" : sign, Filled(JinjaText.Number(BigInteger.Abs(whole)), precision));
            case 'o' or 'x' or 'X':
                var number = JinjaArithmetic.ToBig(value);
                return ((number.Sign < 0 ? "-" : sign) + (alternative ? "0" + type : ""),
                    Filled(JinjaFormatSpec.Digits(BigInteger.Abs(number), type), precision));
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                if (precision > JinjaLimits.Range) throw new ChatTemplateException("a format has too many decimals");
                var real = JinjaArithmetic.ToDouble(value);
                var negative = double.IsNegative(real) && !double.IsNaN(real);
                return (negative ? "-" : sign, JinjaFloatText.Of(Math.Abs(real), type, precision, alternative));
            default: throw new ChatTemplateException($"%{type} is no format");
        }
    }

    private string Escaped(string text) => escapes ? JinjaMarkup.Escaped(text).Text : text;

    private static string Ascii(string text) => string.Concat(CodePoints.Values(text).Select(c =>
        c < 128 ? CodePoints.Text(c) : c <= 0xFF ? $"\\x{c:x2}" : c <= 0xFFFF ? $"\\u{c:x4}" : $"\\U{c:x8}"));

    public static string AsciiRepresentation(object? value) =>
        value is string s ? JinjaText.Quoted(s, ascii: true) : Ascii(JinjaText.Representation(value));

    private static string Cut(string text, int precision) => precision < 0 ? text : text[..CodePoints.Unit(text, precision)];

    private static string Filled(string digits, int precision)
    {
        if (precision > digits.Length) JinjaLimits.Running.MayMake(precision);
        return precision > digits.Length ? digits.PadLeft(precision, '0') : digits;
    }
}
