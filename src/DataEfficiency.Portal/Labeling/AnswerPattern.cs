using System.Text.RegularExpressions;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Labeling;

/// <summary>A project's regular expression for short answers: the whole answer must match it.</summary>
public static class AnswerPattern
{
    public const int Longest = 500;

    // a hostile pattern may cost this much an answer, and no more
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Why nobody could answer by this pattern; null: usable.</summary>
    public static Said? FaultOf(string pattern)
    {
        if (pattern.Length > Longest) return LabelingWords.PatternTooLong(Longest);
        try
        {
            Match(pattern, "");
            return null;
        }
        catch (RegexParseException e)
        {
            return LabelingWords.PatternInvalid(e.Message);
        }
        catch (RegexMatchTimeoutException)
        {
            return LabelingWords.PatternSlow;
        }
    }

    /// <summary>Why the answer is not taken; null: it matches.</summary>
    public static Said? Refusal(string pattern, string answer)
    {
        try
        {
            return Match(pattern, answer) ? null : LabelingWords.AnswerMustMatch(pattern);
        }
        catch (RegexMatchTimeoutException)
        {
            return LabelingWords.AnswerTooSlow(pattern);
        }
    }

    private static bool Match(string pattern, string answer) =>
        Regex.IsMatch(answer, $@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, Patience);
}
