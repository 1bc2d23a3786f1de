// Python's str() and repr().
using System.Globalization;
using System.Numerics;
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaText
{
    // Python refuses longer ones.
    private const int MostDigits = 4300;

    /// <summary>str()</summary>
    public static string Of(object? value) => value switch
    {
        string text => text,
        JinjaMarkup markup => markup.Text,
        Undefined => "",
        _ => Representation(value),
    };

    /// <summary>repr()</summary>
    public static string Representation(object? value) => JinjaLimits.Nested(() => Written(value));

    private static string Written(object? value)
    {
        switch (value)
        {
            case null: return "None";
            case bool b: return b ? "True" : "False";
            case long n: return n.ToString(CultureInfo.InvariantCulture);
            case BigInteger big: return Number(big);
            case double d: return Number(d);
            case string s: return JinjaLimits.Running.Made(Quoted(s));
            case JinjaMarkup markup: return $"Markup({Quoted(markup.Text)})";
            case JinjaList list:
                var items = Joined(list);
                return list.IsTuple ? list.Count == 1 ? $"({items},)" : $"({items})" : $"[{items}]";
            case JinjaDictionary map: return "{" + Joined(map) + "}";
            case JinjaRange range:
                return range.Step == 1 ? $"range({range.Start}, {range.Stop})" : $"range({range.Start}, {range.Stop}, {range.Step})";
            case JinjaView view: return $"{view.Kind}([{Joined(view.Items)}])";
            case JinjaNamespace space: return $"<Namespace {Representation(space.Values)}>";
            case JinjaMacro macro: return macro.ToString();
            case JinjaLoop loop: return loop.ToString();
            case Undefined: return "Undefined";
            default: throw JinjaRefused.Address.Error();
        }
    }

    private static string Joined(IReadOnlyList<object?> items)
    {
        var text = new StringBuilder();
        foreach (var item in items) Append(text, text.Length > 0 ? ", " : "", Representation(item));
        return text.ToString();
    }

    private static string Joined(JinjaDictionary map)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in map.Pairs) Append(text, text.Length > 0 ? ", " : "", Representation(key), ": ", Representation(value));
        return text.ToString();
    }

    private static void Append(StringBuilder text, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts) text.Append(JinjaLimits.Running.Made(part));
    }

    public static string Number(BigInteger value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        return text.TrimStart('-').Length <= MostDigits ? text
            : throw new ChatTemplateException($"a whole number of more than {MostDigits} digits has no text");
    }

    /// <summary>The shortest digits that give the number again; an exponent below 1e-4 and from 1e16.</summary>
    public static string Number(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        var (digits, point) = Shortest(Math.Abs(value));
        var sign = double.IsNegative(value) ? "-" : "";
        if (point is > -4 and <= 16)
        {
            var plain = point <= 0 ? "0." + new string('0', -point) + digits
                : digits.Length <= point ? digits + new string('0', point - digits.Length) + ".0" : digits[..point] + "." + digits[point..];
            return sign + plain;
        }
        var exponent = point - 1;
        return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    /// <summary>The digits without zeros at either end, and how many of them stand before the point.</summary>
    private static (string Digits, int Point) Shortest(double value)
    {
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = int.Parse(text[(text.IndexOf('E') + 1)..], CultureInfo.InvariantCulture);
        var mantissa = shortest.Split('E')[0].Replace(".", "").TrimStart('0').TrimEnd('0');
        if (value == 0) return ("0", 1);
        // Rounding to 17 digits cannot carry where the shortest form has fewer, except at a power of ten, where both agree.
        if (shortest.IndexOf('E') is var e and > 0) exponent = int.Parse(shortest[(e + 1)..], CultureInfo.InvariantCulture);
        return (mantissa, exponent + 1);
    }

    public static string Quoted(string text, bool ascii = false)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var result = new StringBuilder().Append(quote);
        foreach (var c in CodePoints.Values(text))
            _ = c switch
            {
                '\\' => result.Append("\\\\"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                _ when c == quote => result.Append('\\').Append(quote),
                _ when c < 127 && c >= ' ' || !ascii && c > 127 && CodePoints.IsPrintable(c) => result.Append(CodePoints.Text(c)),
                <= 0xFF => result.Append($"\\x{c:x2}"),
                <= 0xFFFF => result.Append($"\\u{c:x4}"),
                _ => result.Append($"\\U{c:x8}"),
            };
        return result.Append(quote).ToString();
    }
}
