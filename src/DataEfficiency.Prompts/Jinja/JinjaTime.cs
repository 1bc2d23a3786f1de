// strftime as Python runs it on Linux: the C library's codes in the C locale, with its flags (- _ 0 ^ #) and widths. The time has no zone.
using System.Globalization;
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaTime
{
    public static string Text(string format, DateTimeOffset now)
    {
        var text = new StringBuilder();
        for (var at = 0; at < format.Length;)
        {
            var start = at;
            if (format[at++] != '%')
            {
                text.Append(format[start]);
                continue;
            }
            var pad = '\0';
            bool upper = false, swap = false;
            for (; at < format.Length && format[at] is '-' or '_' or '0' or '^' or '#' or '+'; at++)
                if (format[at] == '^') upper = true;
                else if (format[at] == '#') swap = true;
                else pad = format[at];
            var width = 0;
            for (; at < format.Length && char.IsAsciiDigit(format[at]); at++)
                width = Math.Min(width * 10 + (format[at] - '0'), JinjaLimits.Text + 1);
            if (at < format.Length && format[at] is 'E' or 'O') at++;
            JinjaLimits.Running.MayMake(width);
            var code = at < format.Length ? format[at++] : '\0';
            // what is no code stays as it stands, filled to its width
            text.Append(Code(code, now, pad, width, upper, swap) ?? format[start..at].PadLeft(width, pad is '0' or '+' ? '0' : ' '));
        }
        return text.ToString();
    }

    /// <summary>Null where there is no such code.</summary>
    private static string? Code(char code, DateTimeOffset now, char pad, int width, bool upper, bool swap)
    {
        (string Text, char Fill, int Width)? found = code switch
        {
            '%' => Name("%"),
            'n' => Name("\n"),
            't' => Name("\t"),
            'a' => Name(now.ToString("ddd", CultureInfo.InvariantCulture)),
            'A' => Name(now.ToString("dddd", CultureInfo.InvariantCulture)),
            'b' or 'h' => Name(now.ToString("MMM", CultureInfo.InvariantCulture)),
            'B' => Name(now.ToString("MMMM", CultureInfo.InvariantCulture)),
            'p' => Name(now.Hour < 12 ? "AM" : "PM"),
            'P' => Name(now.Hour < 12 ? "am" : "pm"),
            'z' or 'Z' => Name(""),
            'c' => Name(Text("%a %b %e %H:%M:%S %Y", now)),
            'x' or 'D' => Name(Text("%m/%d/%y", now)),
            'X' or 'T' => Name(Text("%H:%M:%S", now)),
            'r' => Name(Text("%I:%M:%S %p", now)),
            'R' => Name(Text("%H:%M", now)),
            'F' => Name(Text("%Y-%m-%d", now)),
            'f' => Name((now.Ticks % TimeSpan.TicksPerSecond / 10).ToString("000000", CultureInfo.InvariantCulture)),
            'd' => Number(now.Day, 2),
            'e' => Number(now.Day, 2, ' '),
            'm' => Number(now.Month, 2),
            'y' => Number(now.Year % 100, 2),
            'Y' => Number(now.Year, 1),
            'C' => Number(now.Year / 100, 2),
            'G' => Number(ISOWeek.GetYear(now.DateTime), 1),
            'g' => Number(ISOWeek.GetYear(now.DateTime) % 100, 2),
            'V' => Number(ISOWeek.GetWeekOfYear(now.DateTime), 2),
            'U' => Number((now.DayOfYear + 6 - (int)now.DayOfWeek) / 7, 2),
            'W' => Number((now.DayOfYear + 6 - ((int)now.DayOfWeek + 6) % 7) / 7, 2),
            'j' => Number(now.DayOfYear, 3),
            'u' => Number((int)now.DayOfWeek is 0 ? 7 : (int)now.DayOfWeek, 1),
            'w' => Number((int)now.DayOfWeek, 1),
            'H' => Number(now.Hour, 2),
            'k' => Number(now.Hour, 2, ' '),
            'I' => Number((now.Hour + 11) % 12 + 1, 2),
            'l' => Number((now.Hour + 11) % 12 + 1, 2, ' '),
            'M' => Number(now.Minute, 2),
            'S' => Number(now.Second, 2),
            's' => Number(now.ToUnixTimeSeconds(), 1),
            _ => null,
        };
        if (found is not { } part) return null;
        var (text, fill, least) = part;
        // Python writes %f and %z itself, before the C library sees flags and width: with one, the code is none
        if (code is 'f' or 'z' && (pad != '\0' || width > 0 || upper || swap)) return null;
        if (upper) text = text.ToUpperInvariant();
        if (swap) text = code == 'p' ? text.ToLowerInvariant() : code is 'a' or 'A' or 'b' or 'B' or 'h' ? text.ToUpperInvariant() : text;
        if (pad is '_') fill = ' ';
        if (pad is '0' or '+') fill = '0';
        if (pad == '-') (fill, least) = (' ', 0);
        return text.PadLeft(Math.Max(width, least), fill);

        static (string, char, int)? Name(string text) => (text, ' ', 0);

        static (string, char, int)? Number(long value, int digits, char fill = '0') =>
            (value.ToString(CultureInfo.InvariantCulture), fill, digits);
    }
}
