using System.Collections.Concurrent;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.TrackRecords;

/// <summary>The track record of every project, kept until another check of it has measured something: nothing else changes it, for
/// forecasts and checks are only added, and a forecast that comes later is paired with no earlier point.</summary>
public sealed class TrackBook(IDbContextFactory<AppDbContext> contexts)
{
    private readonly ConcurrentDictionary<int, (Stamp Stamp, IReadOnlyList<TrackTally> Tallies)> _known = new();

    private readonly record struct Stamp(int Checks, int Newest);

    /// <param name="projects">Those that the reader may see.</param>
    /// <returns>Null where nothing was measured after a forecast.</returns>
    public async Task<TrackRecord?> OfAsync(IReadOnlyCollection<int> projects, CancellationToken cancellation)
    {
        if (projects.Count == 0) return null;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var measured = await db.Checks.Where(c => c.Score != null).GroupBy(c => c.ProjectId)
            .Select(g => new { Project = g.Key, Checks = g.Count(), Newest = g.Max(c => c.Id) }).ToListAsync(cancellation);
        var seen = projects.ToHashSet();
        List<TrackTally> tallies = [];
        foreach (var m in measured.Where(m => seen.Contains(m.Project)))
            tallies.AddRange(await OfAsync(db, m.Project, new(m.Checks, m.Newest), cancellation));
        return TrackRecord.Of(tallies);
    }

    private async Task<IReadOnlyList<TrackTally>> OfAsync(AppDbContext db, int project, Stamp stamp, CancellationToken cancellation)
    {
        if (_known.TryGetValue(project, out var known) && known.Stamp == stamp) return known.Tallies;
        Dictionary<(int, TrackMethod), TrackTally> tallies = [];
        await foreach (var pair in TrackReader.PairsAsync(db, project, cancellation))
        {
            var key = (pair.CheckId, pair.Method);
            tallies[key] = tallies.GetValueOrDefault(key, new(project, pair.CheckId, pair.Method)).With(pair);
        }
        _known[project] = (stamp, [.. tallies.Values]);
        return _known[project].Tallies;
    }
}
