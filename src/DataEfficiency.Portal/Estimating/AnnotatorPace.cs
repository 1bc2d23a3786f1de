using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>One person's work in a project.</summary>
/// <param name="PerHour">Labels per hour of active time (pauses cut at a minute); null before the first timed label.</param>
/// <param name="MedianSeconds">Median active seconds of a label.</param>
/// <param name="Trend">Labels per hour in equal parts of the newest labels, oldest first.</param>
public sealed record AnnotatorPace(string UserId, string Name, int Labels, double? PerHour, double? MedianSeconds, int Skips, long? LastSeen, IReadOnlyList<double> Trend)
{
    /// <summary>Somebody who looks away for an hour did not work on one item for an hour.</summary>
    private const int LongestMilliseconds = 60_000;

    private const int TrendPoints = 14;

    /// <param name="times">Active milliseconds of the newest labels, oldest first; 0 where not timed.</param>
    public static AnnotatorPace Of(string userId, string name, int labels, int skips, long? lastSeen, IReadOnlyList<int> times)
    {
        var cut = times.Where(t => t > 0).Select(t => Math.Min(t, LongestMilliseconds)).ToArray();
        if (cut.Length == 0) return new(userId, name, labels, null, null, skips, lastSeen, []);
        var sorted = cut.Order().ToArray();
        var median = (sorted[(cut.Length - 1) / 2] + sorted[cut.Length / 2]) / 2.0 / 1000;
        return new(userId, name, labels, PerHourOf(cut), median, skips, lastSeen, [.. cut.Chunk(Math.Max(1, (cut.Length + TrendPoints - 1) / TrendPoints)).Select(PerHourOf)]);
    }

    /// <summary>Labels per person-hour of all, weighted by their labels.</summary>
    public static double? Together(IEnumerable<AnnotatorPace> paces)
    {
        var timed = paces.Where(p => p is { PerHour: > 0, Labels: > 0 }).ToArray();
        return timed.Length == 0 ? null : timed.Sum(p => p.Labels) / timed.Sum(p => p.Labels / p.PerHour!.Value);
    }

    private static double PerHourOf(int[] milliseconds) => milliseconds.Length * 3_600_000.0 / milliseconds.Sum(t => (long)t);
}

public sealed class AnnotatorPaceReader
{
    private const int NewestLabels = 2000;

    /// <summary>Everybody who is a member or has labelled, the most diligent first.</summary>
    public async Task<IReadOnlyList<AnnotatorPace>> ReadAsync(AppDbContext db, int projectId, CancellationToken cancel)
    {
        var labels = db.Answers.Where(l => l.ProjectId == projectId && l.Stratum != Stratum.Imported);
        var counts = await labels.Where(l => l.Current).GroupBy(l => l.UserId).Select(g => new { User = g.Key, Count = g.Count(), Last = g.Max(l => l.CreatedAt) }).ToDictionaryAsync(g => g.User, cancel);
        var times = (await labels.Where(l => l.Current).OrderByDescending(l => l.Id).Take(NewestLabels).Select(l => new { l.Id, l.UserId, l.ActiveMilliseconds }).ToListAsync(cancel)).OrderBy(l => l.Id).ToLookup(l => l.UserId, l => l.ActiveMilliseconds);
        var skips = await db.Skips.Where(s => s.ProjectId == projectId).GroupBy(s => s.UserId).Select(g => new { User = g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.User, g => g.Count, cancel);
        var annotators = await db.Memberships.Where(m => m.ProjectId == projectId && m.Role == ProjectRole.Annotator).Select(m => m.UserId).ToListAsync(cancel);
        var ids = annotators.Union(counts.Keys).ToArray();
        var names = await db.Users.Where(u => ids.Contains(u.Id)).Select(u => new { u.Id, u.DisplayName, u.UserName }).ToDictionaryAsync(u => u.Id, u => u.DisplayName.Length > 0 ? u.DisplayName : u.UserName ?? u.Id, cancel);
        return [.. ids.Select(id => AnnotatorPace.Of(id, names.GetValueOrDefault(id, "(removed)"), counts.GetValueOrDefault(id)?.Count ?? 0, skips.GetValueOrDefault(id), counts.GetValueOrDefault(id)?.Last, [.. times[id]]))
            .OrderByDescending(p => p.Labels).ThenBy(p => p.Name, StringComparer.CurrentCulture)];
    }
}
