namespace DataEfficiency.Portal.Importing;

internal static class Excerpt
{
    public const int Usual = 60;

    /// <summary>As much of a text as a message has room for.</summary>
    public static string Of(string text, int most = Usual) => text.Length <= most ? text : $"{text[..most]}…";
}
