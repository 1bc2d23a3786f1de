using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.TrackRecords;

/// <summary>Changes with every check of a project that measures something, and with nothing else that its record is made of.</summary>
internal readonly record struct TrackStamp(int Checks, int Newest);

/// <summary>A project's forecasts and points from its rows.</summary>
internal static class TrackReader
{
    /// <summary>The projects of which something was measured.</summary>
    public static async Task<IReadOnlyList<(int Project, TrackStamp Stamp)>> MeasuredAsync(AppDbContext db, CancellationToken cancellation)
    {
        var rows = await db.Checks.Where(c => c.Score != null).GroupBy(c => c.ProjectId)
            .Select(g => new { Project = g.Key, Checks = g.Count(), Newest = g.Max(c => c.Id) }).ToListAsync(cancellation);
        return [.. rows.Select(r => (r.Project, new TrackStamp(r.Checks, r.Newest)))];
    }

    public static async IAsyncEnumerable<TrackPair> PairsAsync(AppDbContext db, int projectId,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var points = await PointsAsync(db, projectId, cancellation);
        if (points.Count == 0) yield break;
        var last = points[^1].LabelVersion;
        // what came behind the last point is paired with none
        await foreach (var forecast in ForecastsAsync(db, projectId, e => e.LabelVersion <= last).WithCancellation(cancellation))
            foreach (var pair in TrackPair.Of(forecast, points)) yield return pair;
    }

    /// <summary>In the order in which they were measured.</summary>
    public static Task<List<LaterPoint>> PointsAsync(AppDbContext db, int projectId, CancellationToken cancellation) =>
        db.Checks.AsNoTracking()
            .Where(c => c.ProjectId == projectId && c.Score != null && c.ZeroShot != null && c.Tested > 0 && c.Examples > 0)
            .OrderBy(c => c.LabelVersion).ThenBy(c => c.Id)
            .Select(c => new LaterPoint(c.Id, c.LabelVersion, c.Model, c.ModelSha256, c.Examples!.Value, c.Score!.Value, c.ZeroShot!.Value,
                c.Ceiling ?? 1, c.Tested!.Value)).ToListAsync(cancellation);

    /// <summary>The newest forecast of those; null: none.</summary>
    public static async Task<PastForecast?> NewestAsync(AppDbContext db, int projectId, Expression<Func<StoredEstimate, bool>> which,
        CancellationToken cancellation) =>
        await Rows(db, projectId, which).OrderByDescending(e => e.Id).FirstOrDefaultAsync(cancellation) is { } row ? Of(row) : null;

    // payloads are read one by one: each holds a whole curve
    private static async IAsyncEnumerable<PastForecast> ForecastsAsync(AppDbContext db, int projectId,
        Expression<Func<StoredEstimate, bool>> which, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var row in Rows(db, projectId, which).OrderBy(e => e.Id).AsAsyncEnumerable().WithCancellation(cancellation))
            yield return Of(row);
    }

    private static IQueryable<StoredEstimate> Rows(AppDbContext db, int projectId, Expression<Func<StoredEstimate, bool>> which) =>
        db.Estimates.AsNoTracking().Where(e => e.ProjectId == projectId && e.Payload != null).Where(which)
            .Select(e => new StoredEstimate
            {
                Id = e.Id, LabelVersion = e.LabelVersion, CreatedAt = e.CreatedAt, LabelCount = e.LabelCount, Model = e.Model,
                ModelSha256 = e.ModelSha256, Payload = e.Payload,
            });

    private static PastForecast Of(StoredEstimate row) => new(row.Id, row.LabelVersion, row.CreatedAt, row.LabelCount, row.Model,
        row.ModelSha256, EstimatePayload.Read(row.Payload!));
}
