using System.Collections.Concurrent;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.TrackRecords;

/// <summary>The track record of every project, kept until another check of it has measured something: nothing else changes it, for
/// forecasts and checks are only added, and a forecast that comes later is paired with no earlier point.</summary>
public sealed class TrackBook(IDbContextFactory<AppDbContext> contexts)
{
    private readonly ConcurrentDictionary<int, (TrackStamp Stamp, IReadOnlyList<TrackTally> Tallies)> _known = new();

    /// <param name="projects">Those that the reader may see.</param>
    /// <returns>Null where nothing was measured after a forecast.</returns>
    public async Task<TrackRecord?> OfAsync(IReadOnlyCollection<int> projects, CancellationToken cancellation)
    {
        if (projects.Count == 0) return null;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var seen = projects.ToHashSet();
        List<TrackTally> tallies = [];
        foreach (var (project, stamp) in await TrackReader.MeasuredAsync(db, cancellation))
            if (seen.Contains(project)) tallies.AddRange(await OfAsync(db, project, stamp, cancellation));
        return TrackRecord.Of(tallies);
    }

    private async Task<IReadOnlyList<TrackTally>> OfAsync(AppDbContext db, int project, TrackStamp stamp, CancellationToken cancellation)
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
