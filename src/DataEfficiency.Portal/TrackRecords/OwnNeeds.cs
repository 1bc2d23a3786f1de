using System.Collections.Concurrent;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.TrackRecords;

/// <summary>What projects needed beside what the paper's formula asked for, of all projects of this installation: of each the last forecast
/// before anything was measured, where rule A spoke and the target was reached later. Kept as <see cref="TrackBook"/> keeps its
/// record.</summary>
public sealed class OwnNeeds(IDbContextFactory<AppDbContext> contexts) : IOwnNeeds
{
    private readonly ConcurrentDictionary<int, (TrackStamp Stamp, MeasuredNeed? Need)> _known = new();

    public async Task<IReadOnlyList<MeasuredNeed>> ReadAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        List<MeasuredNeed> needs = [];
        foreach (var (project, stamp) in await TrackReader.MeasuredAsync(db, cancellation))
        {
            if (!_known.TryGetValue(project, out var known) || known.Stamp != stamp)
                _known[project] = known = (stamp, await OfAsync(db, project, cancellation));
            if (known.Need is { } need) needs.Add(need);
        }
        return needs;
    }

    private static async Task<MeasuredNeed?> OfAsync(AppDbContext db, int project, CancellationToken cancellation)
    {
        var points = await TrackReader.PointsAsync(db, project, cancellation);
        if (points.Count == 0) return null;
        var first = points[0].LabelVersion;
        if (await TrackReader.NewestAsync(db, project, e => e.LabelVersion <= first, cancellation)
            is not { Estimate: { Stop.Rule: "A", LabelsNeededPaper: { } paper } said } forecast) return null;
        return TrackPair.Of(forecast, points).Select(p => p.Need).OfType<Prediction>().FirstOrDefault() is { } need
            ? new(said.Target.Share, paper, need.Realised) : null;
    }
}
