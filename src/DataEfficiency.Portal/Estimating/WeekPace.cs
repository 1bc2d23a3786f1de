using System.Collections.Concurrent;
using System.Globalization;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// How many answers a project got a day in its last week: what an end date is told by. <see cref="Pace"/> is how fast people answer while
/// they do; this is how much of that a week brings. Counted once a minute at most.
/// </summary>
public sealed class WeekPace(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    private const long Day = 86_400_000, Minute = 60_000;

    private const int Days = 7;

    private readonly ConcurrentDictionary<int, (long At, double PerDay)> _known = [];

    /// <summary>The moment at which the labels of the way will be given, Unix milliseconds; null: nobody answers, or nothing is known of
    /// the way.</summary>
    public async Task<long?> EndAsync(VerdictFacts facts, WayAhead? way, CancellationToken cancellation)
    {
        if (way is null or { More: 0 } || facts.Forecast is not { Figures: { } figures, View.Project: { } project }) return null;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (!_known.TryGetValue(project.Id, out var known) || now - known.At >= Minute)
            _known[project.Id] = known = (now, await PerDayAsync(project, [.. figures.People.Keys], now, cancellation));
        return known.PerDay > 0 ? now + (long)(way.More * facts.AnswersPerLabel / known.PerDay * Day) : null;
    }

    public static Said Says(long end, CultureInfo culture) =>
        EstimatingWords.EndsAbout(DateTimeOffset.FromUnixTimeMilliseconds(end).ToString("d", culture));

    // person by person: the index of answers by person and time has all of it
    private async Task<double> PerDayAsync(Project project, string[] people, long now, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var answers = await db.Answers.CountAsync(a => a.ProjectId == project.Id && people.Contains(a.UserId)
            && a.CreatedAt >= now - Days * Day && a.Role == AnswerRole.Annotator && !a.Surplus && a.Revision == 1
            && a.Stratum != Stratum.Imported, cancellation);
        // a project of yesterday has no week behind it
        return answers / Math.Clamp((now - project.CreatedAt) / (double)Day, 1, Days);
    }
}
