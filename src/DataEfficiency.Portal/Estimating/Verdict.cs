namespace DataEfficiency.Portal.Estimating;

public enum VerdictTone { Go, Stop, Wait }

/// <summary>A run of the headline; the numbers that matter are strong.</summary>
public readonly record struct VerdictRun(string Text, bool Strong);

/// <summary>The answer at the top of the budget page.</summary>
/// <param name="Tag">Two or three words: Keep labeling, Stop, First forecast, Ranking.</param>
/// <param name="Headline">One sentence, the probability first.</param>
/// <param name="Details">Sentences below it, most important first.</param>
/// <param name="Waiting">What the forecast waits for ("28 of 32 ..."), or null.</param>
/// <param name="StopAdvised">A lead may confirm the stop now.</param>
public sealed record Verdict(string Tag, VerdictTone Tone, IReadOnlyList<VerdictRun> Headline, IReadOnlyList<string> Details, string? Waiting = null, bool StopAdvised = false)
{
    public string HeadlineText => string.Concat(Headline.Select(r => r.Text));
}
