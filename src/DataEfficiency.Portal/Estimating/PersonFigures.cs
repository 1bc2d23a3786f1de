using System.Collections.Immutable;

namespace DataEfficiency.Portal.Estimating;

/// <summary>One person's work in a project. Imported answers are not work of whoever imported them.</summary>
/// <param name="Own">Current answers, surplus among them.</param>
/// <param name="Counting">Those without surplus.</param>
/// <param name="Last">When this person last answered, Unix milliseconds.</param>
/// <param name="Times">Active milliseconds of the newest <see cref="Pace.Newest"/> answers of a pace, oldest first.</param>
public sealed record PersonFigures(int Own, int Counting, int Skips, long? Last, ImmutableArray<int> Times)
{
    private const int TrendPoints = 14;

    /// <summary>Own answers that this person gave anew.</summary>
    public int Edits { get; init; }

    public static readonly PersonFigures None = new(0, 0, 0, null, []);

    public Pace Pace => Pace.Of(Times);

    /// <summary>Median active seconds of an answer; null before the first timed one.</summary>
    public double? MedianSeconds
    {
        get
        {
            if (Times.IsEmpty) return null;
            var sorted = Times.Select(Pace.Cut).Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2.0 / 1000;
        }
    }

    /// <summary>Answers an hour in equal parts of the newest answers, oldest first.</summary>
    public IReadOnlyList<double> Trend => [.. Times.Chunk(Math.Max(1, (Times.Length + TrendPoints - 1) / TrendPoints))
        .Select(Pace.Of).Select(p => p.Answers * 3_600_000.0 / p.Milliseconds)];

    /// <summary>One current answer more, or with -1 less.</summary>
    internal PersonFigures Count(GivenAnswer answer, int by) =>
        answer.IsImported ? this : this with { Own = Own + by, Counting = Counting + (answer.Surplus ? 0 : by) };

    /// <summary>The answer was given, whatever becomes of it.</summary>
    internal PersonFigures Give(GivenAnswer answer) => answer.IsImported ? this : this with
    {
        Last = Math.Max(Last ?? 0, answer.At), Edits = Edits + (answer.IsEdit ? 1 : 0),
        Times = !answer.IsTimed ? Times : (Times.Length < Pace.Newest ? Times : Times.RemoveAt(0)).Add(answer.Milliseconds),
    };
}
