using System.Globalization;

namespace DataEfficiency.Portal.Sentences;

/// <summary>Which of a language's plural forms a number takes, by the names and rules of the Unicode CLDR. A language with other rules than
/// English gets a line here with its first file.</summary>
internal static class PluralForm
{
    public static string Of(CultureInfo language, double number) => language.TwoLetterISOLanguageName switch
    {
        "ja" or "ko" or "th" or "vi" or "zh" => "other",
        "fr" => Math.Abs(number) < 2 ? "one" : "other",
        _ => number == 1 ? "one" : "other",
    };
}
