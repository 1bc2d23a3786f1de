namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// How fast people answer: answers an hour of active time. The one definition, which pages, the label page's rail and the workbook show:
/// over a person's newest <see cref="Newest"/> timed answers, corrections among them since they took their time; without imported answers,
/// which nobody gave here, and without surplus; a pause over a minute counts as a minute, since who looks away for an hour did not work on
/// one item for an hour. The pace of several people together is all their answers by all their hours.
/// </summary>
public readonly record struct Pace(int Answers, long Milliseconds)
{
    /// <summary>So many answers are today's pace, not that of months ago.</summary>
    public const int Newest = 100;

    /// <summary>Fewer answers are a coincidence, not a pace.</summary>
    public const int Fewest = 5;

    public const int LongestMilliseconds = 60_000;

    /// <param name="milliseconds">Active time of each answer; 0 where it was not timed.</param>
    public static Pace Of(IEnumerable<int> milliseconds)
    {
        var timed = milliseconds.Where(m => m > 0).Select(m => (long)Cut(m)).ToArray();
        return new(timed.Length, timed.Sum());
    }

    /// <summary>Null under <see cref="Fewest"/> timed answers.</summary>
    public double? PerHour => Answers >= Fewest && Milliseconds > 0 ? Answers * 3_600_000.0 / Milliseconds : null;

    public static Pace operator +(Pace a, Pace b) => new(a.Answers + b.Answers, a.Milliseconds + b.Milliseconds);

    public static int Cut(int milliseconds) => Math.Min(milliseconds, LongestMilliseconds);
}
