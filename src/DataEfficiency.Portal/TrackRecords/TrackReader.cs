using System.Runtime.CompilerServices;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.TrackRecords;

/// <summary>A project's pairs from its rows. Payloads are read one by one: each holds a whole curve.</summary>
internal static class TrackReader
{
    public static async IAsyncEnumerable<TrackPair> PairsAsync(AppDbContext db, int projectId,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var points = await db.Checks.AsNoTracking()
            .Where(c => c.ProjectId == projectId && c.Score != null && c.ZeroShot != null && c.Tested > 0 && c.Examples > 0)
            .OrderBy(c => c.LabelVersion).ThenBy(c => c.Id)
            .Select(c => new LaterPoint(c.Id, c.LabelVersion, c.Model, c.ModelSha256, c.Examples!.Value, c.Score!.Value, c.ZeroShot!.Value,
                c.Ceiling ?? 1, c.Tested!.Value)).ToListAsync(cancellation);
        if (points.Count == 0) yield break;
        var last = points[^1].LabelVersion;
        // what came behind the last point is paired with none
        var rows = db.Estimates.AsNoTracking()
            .Where(e => e.ProjectId == projectId && e.Payload != null && e.LabelVersion <= last).OrderBy(e => e.Id)
            .Select(e => new { e.Id, e.LabelVersion, e.CreatedAt, e.LabelCount, e.Model, e.ModelSha256, e.Payload });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellation))
            foreach (var pair in TrackPair.Of(new(row.Id, row.LabelVersion, row.CreatedAt, row.LabelCount, row.Model, row.ModelSha256,
                EstimatePayload.Read(row.Payload!)), points)) yield return pair;
    }
}
