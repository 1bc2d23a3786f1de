using System.Globalization;

namespace DataEfficiency.Portal.Importing;

/// <summary>A stored number as Excel shows it, to 15 digits; days are in ISO form, times of day on 24 hours.</summary>
internal static class ExcelNumber
{
    private const double Days1904 = 1462, FirstAfterLeapBug = 61, BeyondYear9999 = 2_958_466;
    private const long MillisecondsOfDay = 86_400_000;
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static string Show(string stored, ExcelFormat format, bool is1904)
    {
        if (!double.TryParse(stored, NumberStyles.Float, Plain, out var number) || !double.IsFinite(number)) return stored;
        var general = General(stored, number);
        var section = format.Sections?.First(s => s.IsFor(number));
        format = section?.Format ?? format;
        if (format.Kind == ExcelKind.Number)
            return format.Pattern?.Show(section is { IsUnsigned: true } ? Math.Abs(number) : number, general) ?? general;
        var days = number + (is1904 && format.Kind is not (ExcelKind.Time or ExcelKind.Duration) ? Days1904 : 0);
        // Excel shows negative days as a row of signs; the number says more
        if (days < 0 || days >= BeyondYear9999) return general;
        var kind = format.Kind != ExcelKind.DateOrTime ? format.Kind : days < 1 ? ExcelKind.Time : ExcelKind.DateTime;
        if (kind == ExcelKind.Date) return Day(Math.Floor(days));
        var milliseconds = Rounded(number, format);
        return kind switch
        {
            ExcelKind.Duration => Span(milliseconds, format),
            ExcelKind.Time => TimeOfDay(milliseconds % MillisecondsOfDay, format),
            _ => Moment(Rounded(days, format), format),
        };
    }

    /// <summary>15 significant digits; what binary arithmetic left behind them is not shown.</summary>
    private static string General(string stored, double number)
    {
        if (stored.Length <= 15 && stored.All(c => char.IsAsciiDigit(c))) return stored;
        var size = Math.Abs(number);
        var shown = double.Parse(number.ToString("E14", Plain), Plain);
        return size is 0 or (>= 1e-9 and < 1e21)
            ? decimal.Parse(number.ToString("E14", Plain), NumberStyles.Float, Plain).ToString("0.#########################", Plain)
            : shown.ToString("R", Plain);
    }

    private static string Day(double serial) => serial switch
    {
        // the day before the first, and the 29th of February that 1900 did not have: Excel counts and shows both
        0 => "1900-01-00",
        60 => "1900-02-29",
        < FirstAfterLeapBug => DateTime.FromOADate(serial + 1).ToString("yyyy-MM-dd", Plain),
        _ => DateTime.FromOADate(serial).ToString("yyyy-MM-dd", Plain),
    };

    // to what the format shows at least, so that 6:29:59.99999 is half past six
    private static long Rounded(double days, ExcelFormat format)
    {
        var milliseconds = (long)Math.Round(days * MillisecondsOfDay);
        return format.Decimals > 0 ? milliseconds : (milliseconds + 500) / 1000 * 1000;
    }

    private static string Moment(long milliseconds, ExcelFormat format)
    {
        var (day, time) = (milliseconds / MillisecondsOfDay, TimeSpan.FromMilliseconds(milliseconds % MillisecondsOfDay));
        return time == TimeSpan.Zero ? Day(day) : $"{Day(day)}T{time.ToString(@"hh\:mm\:ss", Plain)}{Fraction(time, format)}";
    }

    private static string TimeOfDay(long milliseconds, ExcelFormat format)
    {
        var time = TimeSpan.FromMilliseconds(milliseconds);
        var fraction = Fraction(time, format);
        var seconds = format.Seconds ? $"{time.Seconds:00}{fraction}" : null;
        if (!format.Hours)
            return string.Join(':', new[] { format.Minutes ? $"{time.Minutes:00}" : null, seconds }.Where(p => p is not null));
        var hours = milliseconds == 0 ? "0" : $"{time.Hours:00}";
        return $"{hours}:{time.Minutes:00}{(seconds is null ? "" : ":" + seconds)}";
    }

    private static string Span(long milliseconds, ExcelFormat format)
    {
        var time = TimeSpan.FromMilliseconds(milliseconds);
        var first = (format.Span switch { 'h' => (long)time.TotalHours, 'm' => (long)time.TotalMinutes, _ => (long)time.TotalSeconds })
            .ToString(Plain).PadLeft(format.Padded, '0');
        var minutes = format.Span == 'h' && format.Minutes ? $":{time.Minutes:00}" : "";
        var seconds = format.Span != 's' && format.Seconds ? $":{time.Seconds:00}" : "";
        return first + minutes + seconds + Fraction(time, format);
    }

    private static string Fraction(TimeSpan time, ExcelFormat format) =>
        format is { Decimals: > 0, Seconds: true } ? "." + time.Milliseconds.ToString("000", Plain)[..Math.Min(3, format.Decimals)] : "";
}
