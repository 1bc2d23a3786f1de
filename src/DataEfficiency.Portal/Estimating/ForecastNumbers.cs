using System.Globalization;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Estimating;

/// <summary>Numbers of a forecast as people read them: at most three significant digits, separators and currency of the reader's
/// culture.</summary>
public static class ForecastNumbers
{
    private const char NoBreakSpace = '\u00a0';

    /// <summary>Labels of a forecast: 1,479.29 is 1,480.</summary>
    public static Figure Labels(double count, CultureInfo culture) => new(ThreeDigits(count), ThreeDigits(count).ToString("N0", culture));

    /// <summary>"No more than": the median need, 756.49, takes 757 labels.</summary>
    public static Figure Need(double median, CultureInfo culture) => Labels(Math.Ceiling(median - 1e-9), culture);

    /// <summary>So many a second: .837 is 0.84, and what is slower than .01 is said so, never 0.</summary>
    public static string Rate(double perSecond, CultureInfo culture) => perSecond < .01
        ? EstimatingWords.UnderRate(.01.ToString("0.00", culture))
        : ThreeDigits(perSecond) is var rounded && rounded >= 100 ? rounded.ToString("N0", culture) : rounded.ToString("0.##", culture);

    /// <summary>An error in points, of which 100 are the whole: "7.0".</summary>
    public static string Points(double? error, CultureInfo culture) => error is { } e ? (100 * e).ToString("0.0", culture) : "–";

    /// <summary>A count that is known exactly.</summary>
    public static Figure Count(long count, CultureInfo culture) => new(count, count.ToString("N0", culture));

    /// <summary>Whole percents; what rounds to 0 or 100 without being it is said as "under 1 %" or "over 99 %".</summary>
    public static string Percent(double share, CultureInfo culture)
    {
        var percent = Math.Round(share * 100, MidpointRounding.AwayFromZero);
        if (percent <= 0 && share > 0) return EstimatingWords.Under1Percent;
        if (percent >= 100 && share < 1) return EstimatingWords.Over99Percent;
        return $"{percent.ToString("0", culture)}{NoBreakSpace}%";
    }

    /// <summary>A score with one decimal: 90.5 %.</summary>
    public static string Score(double score, CultureInfo culture) => $"{(score * 100).ToString("0.#", culture)}{NoBreakSpace}%";

    public static string Hours(double hours, CultureInfo culture) => hours switch
    {
        < 1.0 / 60 => EstimatingWords.UnderAMinute,
        < 1 => EstimatingWords.MinutesOf(Math.Round(hours * 60).ToString("0", culture)),
        < 100 => EstimatingWords.HoursOf(hours.ToString("0.0", culture)),
        _ => EstimatingWords.HoursOf(ThreeDigits(hours).ToString("N0", culture)),
    };

    /// <summary>An amount at forecast precision: whole units from 100 on, cents below.</summary>
    public static string Money(double amount, string currency, CultureInfo culture) =>
        WithSign(Amount(amount, culture), currency, culture);

    /// <summary>To the cent: what was spent.</summary>
    public static string ExactMoney(double amount, string currency, CultureInfo culture) =>
        WithSign(amount.ToString("N2", culture), currency, culture);

    public static string MoneyRange(double low, double high, string currency, CultureInfo culture) =>
        WithSign(Range(Amount(low, culture), Amount(high, culture)), currency, culture);

    // before the amount or behind it, as the reader's culture has it: "€ 12", "12 €"
    private static string WithSign(string amount, string currency, CultureInfo culture) =>
        culture.NumberFormat.CurrencyPositivePattern is 1 or 3 ? $"{amount}{NoBreakSpace}{Symbol(currency)}"
            : $"{Symbol(currency)}{NoBreakSpace}{amount}";

    private static string Amount(double amount, CultureInfo culture)
    {
        var rounded = ThreeDigits(amount);
        return rounded.ToString(rounded >= 100 || rounded == Math.Round(rounded) ? "N0" : "N2", culture);
    }

    /// <summary>Not broken over two lines.</summary>
    public static string Range(string low, string high) => $"{low}{NoBreakSpace}–{NoBreakSpace}{high}";

    /// <summary>Rounded to three significant digits; whole numbers below 1,000 stay whole.</summary>
    public static double ThreeDigits(double value)
    {
        if (value == 0 || !double.IsFinite(value)) return value;
        var unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))) - 2);
        return unit >= 1
            ? Math.Round(value / unit, MidpointRounding.AwayFromZero) * unit
            : Math.Round(value, Math.Min(6, (int)Math.Round(-Math.Log10(unit))), MidpointRounding.AwayFromZero);
    }

    /// <summary>The sign of an ISO code, the code itself where none is commonly known.</summary>
    public static string Symbol(string currency) => currency.ToUpperInvariant() switch
    {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        var code => code,
    };
}
