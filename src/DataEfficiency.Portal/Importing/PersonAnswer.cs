using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>What one person said of a row's text, where the file says who.</summary>
/// <param name="By">As the file names them; null: it does not.</param>
/// <param name="Line">Where it stands in the file.</param>
/// <param name="Value">What they answered, as it stands in the file.</param>
public sealed record PersonAnswer(string? By, int Line, string? Value = null)
{
    /// <summary>Unix milliseconds; null: the file does not say.</summary>
    public long? At { get; init; }

    public int Milliseconds { get; init; }

    public int Revision { get; init; } = 1;

    public AnswerRole Role { get; init; }

    public bool IsSurplus { get; init; }

    /// <summary>They skipped it: no answer.</summary>
    public bool IsSkip { get; init; }

    /// <summary>Why, as the file says it; null: it does not.</summary>
    public string? SkipReason { get; init; }

    /// <summary>The file has an earlier answer of the same person to the same text, which this one replaces.</summary>
    public bool Replaces { get; init; }

    // as of a row
    public IReadOnlyList<string> Answers { get; init; } = [];

    public IReadOnlyList<FileSpan>? Spans { get; init; }

    public bool SaysNone { get; init; }

    /// <summary>Of each person in each part the newest; without times the last one.</summary>
    public static IReadOnlyList<PersonAnswer> Newest(IEnumerable<PersonAnswer> said)
    {
        List<PersonAnswer> kept = [];
        Dictionary<(string?, AnswerRole), int> places = [];
        foreach (var one in said)
            if (places.TryAdd((one.By, one.Role), kept.Count)) kept.Add(one);
            else
            {
                var place = places[(one.By, one.Role)];
                kept[place] = (one.At is { } at && kept[place].At > at ? kept[place] : one) with { Replaces = true };
            }
        return kept;
    }
}
