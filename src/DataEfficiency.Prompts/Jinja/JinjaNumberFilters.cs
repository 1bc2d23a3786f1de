// Filters on numbers.
using System.Globalization;
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaNumberFilters
{
    private const int MostDecimals = 400;

    public static void AddTo(Action<string, string, Func<object?, JinjaBound, object?>> add)
    {
        add("abs", "/", (v, _) => v is double d ? Math.Abs(d) : JinjaNumbers.Whole(BigInteger.Abs(JinjaArithmetic.ToBig(v))));
        add("int", "default? base?", (v, a) => Integer(v, (int)Math.Clamp(a.Count(1, 10), -1, 99)) ?? a.Or(0, 0L));
        add("float", "default?", (v, a) => Float(v) ?? a.Or(0, 0.0));
        add("round", "precision? method?", Round);
        add("filesizeformat", "binary?", (v, a) => FileSize(v, a.IsTrue(0)));
    }

    /// <summary>int() of a finite number.</summary>
    public static BigInteger Truncated(double value) => double.IsFinite(value) ? new BigInteger(value)
        : throw new ChatTemplateException("a number without end is no whole number");

    private static object? Integer(object? value, int @base)
    {
        if (value is Undefined u) throw u.Asked("it is no number");
        if (value is double d) return double.IsNaN(d) ? null : JinjaNumbers.Whole(Truncated(d));
        if (JinjaArithmetic.IsWhole(value)) return JinjaNumbers.Whole(JinjaArithmetic.ToBig(value));
        if (!JinjaValue.IsText(value, out var text)) return null;
        // "12.9" is 12 too
        return JinjaNumberText.Whole(text, @base)
            ?? (JinjaNumberText.Float(text) is { } number && double.IsFinite(number) ? JinjaNumbers.Whole(Truncated(number)) : null);
    }

    private static object? Float(object? value)
    {
        if (value is Undefined u) throw u.Asked("it is no number");
        if (JinjaValue.IsNumber(value)) return JinjaArithmetic.ToDouble(value);
        return JinjaValue.IsText(value, out var text) ? JinjaNumberText.Float(text) : null;
    }

    private static object Round(object? value, JinjaBound a)
    {
        var method = a.Has(1) ? JinjaValue.ToText(a[1]) : "common";
        if (method is not ("common" or "ceil" or "floor")) throw new ChatTemplateException("round: the method is common, ceil or floor");
        if (method == "common" && a.Has(0) && a[0] is null)
            return JinjaNumbers.Whole(value is double bare ? Truncated(Rounded(bare, 0)) : JinjaArithmetic.ToBig(value));
        var precision = a.Count(0, 0);
        if (Math.Abs(precision) > MostDecimals && value is not double) throw new ChatTemplateException("round: too many decimals");
        if (method == "common")
            return value is double d ? Rounded(d, precision) : RoundedWhole(JinjaArithmetic.ToBig(value), (int)precision);
        if (Math.Abs(precision) > MostDecimals) throw new ChatTemplateException("round: too many decimals");
        var power = JinjaArithmetic.Apply("**", 10L, precision);
        var scaled = JinjaArithmetic.Apply("*", value, power);
        object edge = scaled is double real ? JinjaNumbers.Whole(Truncated(method == "ceil" ? Math.Ceiling(real) : Math.Floor(real)))
            : scaled!;
        return JinjaArithmetic.Apply("/", edge, power)!;
    }

    /// <summary>Python's round(): from the exact value, half to even.</summary>
    private static double Rounded(double value, long precision)
    {
        if (!double.IsFinite(value) || precision > 330) return value;
        if (precision < -310) return Math.CopySign(0, value);
        var scaled = JinjaNumberText.Scaled(Math.Abs(value), (int)precision);
        var text = scaled.ToString(CultureInfo.InvariantCulture) + "E" + (-precision).ToString(CultureInfo.InvariantCulture);
        var rounded = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(rounded) ? Math.CopySign(rounded, value) : throw JinjaArithmetic.TooLarge();
    }

    private static object RoundedWhole(BigInteger value, int precision)
    {
        if (precision >= 0) return JinjaNumbers.Whole(value);
        var power = BigInteger.Pow(10, -precision);
        var rounded = JinjaNumberText.Rounded(BigInteger.Abs(value), power) * power;
        return JinjaNumbers.Whole(value.Sign < 0 ? -rounded : rounded);
    }

    private static string FileSize(object? value, bool binary)
    {
        var bytes = Float(value) is { } number ? (double)number
            : throw new ChatTemplateException($"filesizeformat needs a number, not {JinjaValue.TypeName(value)}");
        if (bytes == 1) return "1 Byte";
        double step = binary ? 1024 : 1000;
        if (bytes < step) return $"{Truncated(bytes)} Bytes";
        string[] units = binary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
            : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        for (var i = 0; ; i++)
        {
            var unit = (double)BigInteger.Pow((int)step, i + 2);
            if (bytes < unit || i == units.Length - 1)
                return JinjaFormatSpec.Apply(step * bytes / unit, ".1f") + " " + units[i];
        }
    }
}
