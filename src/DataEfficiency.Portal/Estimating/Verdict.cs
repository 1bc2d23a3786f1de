using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Estimating;

public enum VerdictTone { Go, Stop, Wait }

/// <summary>A run of the headline; the numbers that matter are strong.</summary>
public readonly record struct VerdictRun(string Text, bool Strong)
{
    /// <summary>Text between double stars is strong. Only texts of this program come here, never text from data.</summary>
    internal static IReadOnlyList<VerdictRun> Of(string text) =>
        [.. text.Split("**").Select((part, i) => new VerdictRun(part, i % 2 == 1)).Where(r => r.Text.Length > 0)];
}

/// <summary>The answer at the top of the budget page.</summary>
/// <param name="Tag">Two or three words: Keep labeling, Stop, First forecast, Ranking.</param>
/// <param name="Headline">One sentence, the probability first.</param>
/// <param name="Details">The first stands below it, the others are folded under "why"; most important first.</param>
/// <param name="StopAdvised">A lead may confirm the stop now.</param>
public sealed record Verdict(Said Tag, VerdictTone Tone, IReadOnlyList<VerdictRun> Headline, IReadOnlyList<string> Details,
    bool StopAdvised = false)
{
    /// <summary>It would be a stop, but for answers that are asked again.</summary>
    public bool StopWaits { get; init; }

    /// <param name="headline">The numbers that matter between double stars.</param>
    internal Verdict(Said tag, VerdictTone tone, Said headline, IReadOnlyList<string> details, bool StopAdvised = false)
        : this(tag, tone, VerdictRun.Of(headline), details, StopAdvised) { }

    public string HeadlineText => string.Concat(Headline.Select(r => r.Text));

    /// <summary>When a lead confirmed the stop, in Unix milliseconds, to be shown in the reader's zone; else null.</summary>
    public long? At { get; init; }
}
