// What a number format makes of a number that is no day and no time (ECMA-376 part 1, 18.8.31): digits, thousands, percent, powers of ten,
// fractions, and the text around them. Signs are those of the format as it is stored: a point for decimals, a comma for thousands.
using System.Globalization;
using System.Text;

namespace DataEfficiency.Portal.Importing;

internal sealed class ExcelPattern
{
    private const char Literal = 'L', Digit = 'D', Point = '.', Power = 'E', Fraction = '/', General = 'G';
    private const int MostDecimals = 28, MostDenominatorDigits = 7;
    private const long Whole = 1_000_000_000_000_000;
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <param name="Text">Of a digit its sign (0, # or ?); of a power its sign and digits; of a fraction what the denominator is.</param>
    private readonly record struct Part(char Kind, string Text);

    private readonly List<Part> _parts = [];
    private int _hundreds, _thousandths;
    private bool _grouped;

    /// <summary>One section of a number format; null where it is General.</summary>
    public static ExcelPattern? Parse(string section)
    {
        var pattern = new ExcelPattern();
        for (var i = 0; i < section.Length; i++) i = pattern.Read(section, i);
        return pattern._parts.All(p => p.Kind == General) ? null : pattern;
    }

    /// <summary>The number as shown; null where nothing is, so that the number itself says more.</summary>
    public string? Show(double number, string general)
    {
        var size = Math.Abs(number);
        // beyond what is exact to the last place that can be shown
        if (size >= 1e21 && !_parts.Exists(p => p.Kind == Power)) return null;
        string text;
        try
        {
            text = _parts.Exists(p => p.Kind == Power) ? Scientific(size)
                : _parts.Find(p => p.Kind == Fraction) is { Text: { } below } ? WithFraction(Scaled(size), below)
                : Fixed(Scaled(size), general);
        }
        catch (OverflowException)
        {
            return null;
        }
        text = text.Trim();
        return text.Length == 0 ? null : number < 0 ? "-" + text : text;
    }

    /// <returns>The place of the last character that was read.</returns>
    private int Read(string code, int i)
    {
        var c = code[i];
        switch (c)
        {
            case '"':
                var close = code.IndexOf('"', i + 1);
                if (close < 0) close = code.Length;
                Add(code[(i + 1)..close]);
                return close;
            case '\\':
                if (i + 1 < code.Length) Add(code[i + 1].ToString());
                return i + 1;
            case '_':
                Add(" ");
                return i + 1;
            case '*':
                return i + 1;
            case '[':
                var end = code.IndexOf(']', i);
                if (end < 0) return code.Length;
                // [$€-407] is the sign of a currency; colours and conditions show nothing
                if (code[i + 1] == '$') Add(code[(i + 2)..end].Split('-')[0]);
                return end;
            case '0' or '#' or '?':
                _parts.Add(new(Digit, c.ToString()));
                return i;
            case '.' when !_parts.Exists(p => p.Kind == Point):
                _parts.Add(new(Point, "."));
                return i;
            case ',' when _parts.Exists(p => p.Kind == Digit):
                if (i + 1 < code.Length && code[i + 1] is '0' or '#' or '?') _grouped = true;
                else _thousandths++;
                return i;
            case '%':
                _hundreds++;
                Add("%");
                return i;
            case 'E' or 'e' when i + 1 < code.Length && code[i + 1] is '+' or '-':
                var digits = Run(code, i + 2, d => d is '0' or '#' or '?');
                _parts.Add(new(Power, code[(i + 1)..digits]));
                return digits - 1;
            case '/' when _parts is [.., { Kind: Digit }] && Run(code, i + 1, d => d is '#' or '?' || char.IsAsciiDigit(d)) is var below
                && below > i + 1:
                while (_parts is [.., { Kind: Digit }]) _parts.RemoveAt(_parts.Count - 1);
                _parts.Add(new(Fraction, code[(i + 1)..below]));
                return below - 1;
            case '@':
                _parts.Add(new(General, ""));
                return i;
            default:
                if (string.Compare(code, i, "General", 0, 7, StringComparison.OrdinalIgnoreCase) == 0)
                {
                    _parts.Add(new(General, ""));
                    return i + 6;
                }
                Add(c.ToString());
                return i;
        }
    }

    private void Add(string text) => _parts.Add(new(Literal, text));

    private static int Run(string code, int from, Func<char, bool> goesOn)
    {
        while (from < code.Length && goesOn(code[from])) from++;
        return from;
    }

    /// <summary>To 15 digits, which is what Excel knows of a number, times what percent signs and closing commas say.</summary>
    private decimal Scaled(double size)
    {
        var scaled = decimal.Parse(size.ToString("E14", Plain), NumberStyles.Float, Plain);
        for (var i = 0; i < Math.Min(_hundreds, 3); i++) scaled *= 100;
        for (var i = 0; i < Math.Min(_thousandths, 7); i++) scaled /= 1000;
        return scaled;
    }

    private string Fixed(decimal size, string general)
    {
        var point = _parts.FindIndex(p => p.Kind == Point);
        var (whole, behind) = (0, 0);
        for (var i = 0; i < _parts.Count; i++)
            if (_parts[i].Kind != Digit) continue;
            else if (point >= 0 && i > point) behind++;
            else whole++;
        var rounded = Math.Round(size, Math.Min(behind, MostDecimals), MidpointRounding.AwayFromZero);
        var digits = decimal.Truncate(rounded) is > 0 and var above ? above.ToString("0", Plain) : "";
        var decimals = (rounded - decimal.Truncate(rounded)).ToString("0." + new string('0', MostDecimals), Plain)[2..]
            .PadRight(behind, '0');
        var (text, place, fraction) = (new StringBuilder(), whole, 0);
        foreach (var part in _parts)
            if (part.Kind == General) text.Append(general);
            else if (part.Kind != Digit) text.Append(part.Kind == Power ? "" : part.Text);
            else if (place > 0)
            {
                place--;
                // the first place takes all digits that are left of it
                var from = place == whole - 1 ? Math.Max(digits.Length - 1, place) : place;
                for (; from >= place; from--) AppendDigit(text, digits, from, part.Text[0]);
            }
            else
            {
                var rest = decimals.AsSpan(fraction, behind - fraction);
                if (part.Text == "0" || rest.ContainsAnyExcept('0')) text.Append(rest[0]);
                fraction++;
            }
        return text.ToString();
    }

    private void AppendDigit(StringBuilder text, string digits, int place, char sign)
    {
        if (place < digits.Length) text.Append(digits[digits.Length - 1 - place]);
        else if (sign == '0') text.Append('0');
        else return;
        if (_grouped && place > 0 && place % 3 == 0) text.Append(',');
    }

    private string Scientific(double size)
    {
        var at = _parts.FindIndex(p => p.Kind == Power);
        var (sign, width) = (_parts[at].Text[0], _parts[at].Text.Length - 1);
        var point = _parts.FindIndex(p => p.Kind == Point) is >= 0 and var found && found < at ? found : at;
        var whole = Math.Max(1, _parts.Take(point).Count(p => p.Kind == Digit));
        var behind = _parts.Take(at).Skip(point).Count(p => p.Kind == Digit);
        var power = size == 0 ? 0 : int.Parse(size.ToString("E14", Plain).Split('E')[1], Plain);
        // more places than one before the point: powers of a thousand, as engineers write them
        if (whole > 1) power = (int)Math.Floor(power / (double)whole) * whole;
        var mantissa = Mantissa(size, power);
        if (Math.Round(mantissa, Math.Min(behind, MostDecimals), MidpointRounding.AwayFromZero) >= (decimal)Math.Pow(10, whole))
            mantissa = Mantissa(size, power += whole);
        var exponent = (power < 0 ? "-" : sign == '+' ? "+" : "") + Math.Abs(power).ToString(Plain).PadLeft(width, '0');
        var before = new ExcelPattern();
        before._parts.AddRange(_parts.Take(at));
        var after = string.Concat(_parts.Skip(at + 1).Where(p => p.Kind == Literal).Select(p => p.Text));
        return $"{before.Fixed(mantissa, "")}E{exponent}{after}";
    }

    private static decimal Mantissa(double size, int power)
    {
        var (digits, own) = size.ToString("E14", Plain).Split('E') is [var d, var e] ? (decimal.Parse(d, Plain), int.Parse(e, Plain))
            : (0, 0);
        for (; own > power; own--) digits *= 10;
        for (; own < power; own++) digits /= 10;
        return digits;
    }

    private string WithFraction(decimal size, string below)
    {
        var hasWhole = _parts.Exists(p => p.Kind == Digit);
        var whole = hasWhole ? decimal.Truncate(size) : 0;
        var (above, denominator) = Nearest(size - whole, below);
        if (hasWhole && above == denominator) (whole, above) = (whole + 1, 0);
        var text = new StringBuilder();
        var first = true;
        foreach (var part in _parts)
            if (part.Kind == Literal) text.Append(part.Text);
            else if (part.Kind == Digit && first)
            {
                first = false;
                if (whole > 0 || above == 0) text.Append(whole.ToString("0", Plain));
            }
            else if (part.Kind == Fraction && !(hasWhole && above == 0)) text.Append(Plain, $"{above:0}/{denominator}");
        return text.ToString();
    }

    /// <summary>The nearest fraction whose denominator has as many digits as the format gives it, or is the one it names.</summary>
    private static (decimal Above, int Below) Nearest(decimal rest, string below)
    {
        if (below.Any(c => c is >= '1' and <= '9') && int.TryParse(below, NumberStyles.None, Plain, out var named) && named > 0)
            return (Math.Round(rest * named, MidpointRounding.AwayFromZero), named);
        var most = (long)Math.Pow(10, Math.Min(below.Length, MostDenominatorDigits)) - 1;
        // the last convergent whose denominator is small enough, or what lies between it and the next one
        var units = decimal.Truncate(rest);
        rest -= units;
        var (over, under) = ((long)(rest * Whole), Whole);
        var ((above0, below0), (above1, below1)) = ((0L, 1L), (1L, 0L));
        while (under > 0 && below0 + over / under * below1 is var next && next <= most)
        {
            var step = over / under;
            ((above0, below0), (above1, below1)) = ((above1, below1), (above0 + step * above1, next));
            (over, under) = (under, over - step * under);
        }
        var between = (most - below0) / below1;
        var (nearAbove, nearBelow) = (above0 + between * above1, below0 + between * below1);
        var isLast = Math.Abs(rest - (decimal)above1 / below1) <= Math.Abs(rest - (decimal)nearAbove / nearBelow);
        var (above, shown) = isLast ? (above1, below1) : (nearAbove, nearBelow);
        return (units * shown + above, (int)shown);
    }
}
