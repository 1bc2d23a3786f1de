using System.Globalization;

namespace DataEfficiency.Portal.Sentences;

/// <summary>The languages that the portal speaks: of each there is a file of every room's sentences.</summary>
internal static class Languages
{
    /// <summary>Each with the numbers that go with it where the reader's browser asks for another language.</summary>
    private static readonly Dictionary<string, string> Numbers = new() { ["en"] = "en-US", ["de"] = "de-DE", ["ja"] = "ja-JP" };

    public static IReadOnlyCollection<string> All => Numbers.Keys;

    public static string NumbersOf(string language) => Numbers[language];

    /// <summary>As its own readers call it: "Deutsch".</summary>
    public static string NameOf(string language) => CultureInfo.GetCultureInfo(language).NativeName;

    /// <summary>The language, or null where it is none of these.</summary>
    public static string? Known(string? language) => language is not null && Numbers.ContainsKey(language) ? language : null;
}
