using System.Text.RegularExpressions;

namespace DataEfficiency.Portal.Labeling;

/// <summary>A project's regular expression for short answers: the whole answer must match it.</summary>
public static class AnswerPattern
{
    public const int Longest = 500;

    // a hostile pattern may cost this much an answer, and no more
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Why nobody could answer by this pattern; null: usable.</summary>
    public static string? FaultOf(string pattern)
    {
        if (pattern.Length > Longest) return $"The pattern is longer than {Longest} characters.";
        try
        {
            Match(pattern, "");
            return null;
        }
        catch (RegexParseException e)
        {
            return $"The pattern is no regular expression: {e.Message}";
        }
        catch (RegexMatchTimeoutException)
        {
            return "The pattern takes too long on an empty answer: make it simpler.";
        }
    }

    /// <summary>Why the answer is not taken; null: it matches.</summary>
    public static string? Refusal(string pattern, string answer)
    {
        try
        {
            return Match(pattern, answer) ? null : $"The whole answer must match the pattern {pattern}";
        }
        catch (RegexMatchTimeoutException)
        {
            return $"This project's pattern {pattern} takes too long on this answer; a lead can make it simpler in the settings.";
        }
    }

    private static bool Match(string pattern, string answer) =>
        Regex.IsMatch(answer, $@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, Patience);
}
