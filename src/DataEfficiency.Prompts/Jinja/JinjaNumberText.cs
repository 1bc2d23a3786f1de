// Python's int() and float() of a text, and the exact decimal digits of a double.
using System.Globalization;
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaNumberText
{
    public const int MostDigits = 4300;

    /// <summary>int(text, base); null where Python finds no number.</summary>
    public static object? Whole(string text, int @base = 10)
    {
        if (@base != 0 && @base is < 2 or > 36) return null;
        text = JinjaStringParts.Strip(text, null, true, true);
        var negative = text.StartsWith('-');
        if (text.StartsWith('-') || text.StartsWith('+')) text = text[1..];
        var prefixed = text.Length > 1 && text[0] == '0'
            ? char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixed != 0 && (@base == prefixed || @base == 0))
            (text, @base) = (text[2..].StartsWith('_') ? text[3..] : text[2..], prefixed);
        else if (@base == 0)
        {
            if (text.Length > 1 && text[0] == '0' && text.Any(c => c is not ('0' or '_'))) return null;
            @base = 10;
        }
        if (!Grouped(text) || text.Length > MostDigits) return null;
        var sum = BigInteger.Zero;
        foreach (var c in text.Replace("_", ""))
        {
            var digit = CharUnicodeInfo.GetDecimalDigitValue(c) is var d and >= 0 ? d
                : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : 99;
            if (digit >= @base) return null;
            sum = sum * @base + digit;
        }
        JinjaLimits.Running.Step(text.Length);
        return JinjaNumbers.Whole(negative ? -sum : sum);
    }

    /// <summary>float(text); null where Python finds no number.</summary>
    public static double? Float(string text)
    {
        text = JinjaStringParts.Strip(text, null, true, true);
        var sign = text.StartsWith('-') ? -1 : 1;
        var plain = text.StartsWith('-') || text.StartsWith('+') ? text[1..] : text;
        switch (plain.ToLowerInvariant())
        {
            case "inf" or "infinity": return sign * double.PositiveInfinity;
            case "nan": return double.NaN;
        }
        var made = string.Concat(plain.Select(c => CharUnicodeInfo.GetDecimalDigitValue(c) is var d and >= 0 ? (char)('0' + d) : c));
        if (made.Length == 0 || made.Any(c => !char.IsAsciiDigit(c) && c is not ('.' or 'e' or 'E' or '+' or '-' or '_'))) return null;
        if (made[0] is '+' or '-' || made.Contains('_') && !made.Split('.', 'e', 'E', '+', '-').All(p => p.Length == 0 || Grouped(p)))
            return null;
        return double.TryParse(made.Replace("_", ""), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out var value)
            ? sign * value : null;
    }

    private static bool Grouped(string digits) =>
        digits.Length > 0 && digits[0] != '_' && digits[^1] != '_' && !digits.Contains("__", StringComparison.Ordinal);

    /// <summary>A finite number of zero or above with so many decimals, rounded half to even from its exact value.</summary>
    public static string Fixed(double value, int decimals)
    {
        JinjaLimits.Running.MayMake(decimals);
        JinjaLimits.Running.Step(decimals);
        var digits = Scaled(value, decimals).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return decimals == 0 ? digits : digits[..^decimals] + "." + digits[^decimals..];
    }

    /// <summary>The same as one digit, so many decimals, and the exponent.</summary>
    public static (string Mantissa, int Exponent) Scientific(double value, int decimals)
    {
        JinjaLimits.Running.MayMake(decimals);
        JinjaLimits.Running.Step(decimals);
        if (value == 0) return (decimals == 0 ? "0" : "0." + new string('0', decimals), 0);
        var exponent = (int)Math.Floor(Math.Log10(value));
        string digits;
        // the logarithm may be one off, and rounding may carry
        while (true)
        {
            digits = Scaled(value, decimals - exponent).ToString(CultureInfo.InvariantCulture);
            if (digits.Length > decimals + 1) exponent++;
            else if (digits.Length < decimals + 1) exponent--;
            else break;
        }
        return (decimals == 0 ? digits : digits[0] + "." + digits[1..], exponent);
    }

    /// <summary>value * 10^power, to the nearest whole number, half to even.</summary>
    public static BigInteger Scaled(double value, int power)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var raw = (int)(bits >> 52 & 0x7FF);
        var mantissa = new BigInteger(bits & 0xFFFFFFFFFFFFF | (raw == 0 ? 0 : 1L << 52));
        var shift = Math.Max(raw, 1) - 1075;
        var top = (shift > 0 ? mantissa << shift : mantissa) * (power > 0 ? BigInteger.Pow(10, power) : 1);
        var bottom = (shift < 0 ? BigInteger.One << -shift : BigInteger.One) * (power < 0 ? BigInteger.Pow(10, -power) : 1);
        return Rounded(top, bottom);
    }

    public static BigInteger Rounded(BigInteger top, BigInteger bottom)
    {
        var quotient = BigInteger.DivRem(top, bottom, out var rest);
        var twice = (rest * 2).CompareTo(bottom);
        return twice > 0 || twice == 0 && !quotient.IsEven ? quotient + 1 : quotient;
    }
}
