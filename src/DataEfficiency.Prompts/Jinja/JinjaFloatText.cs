// Numbers with a fraction in the presentation types e, f, g and % of Python.
using System.Globalization;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaFloatText
{
    /// <param name="value">Zero or above.</param>
    /// <param name="type">'\0': as str() writes it, or with a precision like g with one digit behind the point at least.</param>
    /// <param name="precision">Below zero: the type's own.</param>
    /// <param name="keepsZeros">The flag #: the point and zeros at the end stay.</param>
    public static string Of(double value, char type, int precision, bool keepsZeros)
    {
        if (!double.IsFinite(value))
        {
            var name = double.IsNaN(value) ? "nan" : "inf";
            return type is 'E' or 'F' or 'G' ? name.ToUpperInvariant() : name;
        }
        if (type == '\0' && precision < 0) return JinjaText.Number(value);
        if (precision < 0) precision = 6;
        switch (type)
        {
            case 'f' or 'F' or '%': return JinjaNumberText.Fixed(value, precision) + (keepsZeros && precision == 0 ? "." : "");
            case 'e' or 'E':
                var (mantissa, exponent) = JinjaNumberText.Scientific(value, precision);
                return mantissa + (keepsZeros && precision == 0 ? "." : "") + Exponent(exponent, type);
            default: return General(value, type, Math.Max(precision, 1), keepsZeros);
        }
    }

    private static string General(double value, char type, int digits, bool keepsZeros)
    {
        var (mantissa, exponent) = JinjaNumberText.Scientific(value, digits - 1);
        // str() always shows a digit behind the point, so it leaves plain writing one digit earlier
        var plain = exponent >= -4 && exponent < (type == '\0' ? digits - 1 : digits);
        var text = plain ? JinjaNumberText.Fixed(value, Math.Max(0, digits - 1 - exponent)) : mantissa;
        if (keepsZeros) text += text.Contains('.') ? "" : ".";
        else if (text.Contains('.')) text = text.TrimEnd('0').TrimEnd('.');
        if (plain) return type == '\0' && !text.Contains('.') ? text + ".0" : text;
        return text + Exponent(exponent, type);
    }

    private static string Exponent(int exponent, char type) =>
        $"{(type is 'E' or 'G' ? 'E' : 'e')}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
}
