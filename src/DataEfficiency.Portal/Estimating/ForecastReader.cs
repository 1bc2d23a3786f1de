using DataEfficiency.Engine;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>Takes the picture of a project's forecast from the rows.</summary>
public sealed class ForecastReader(IDbContextFactory<AppDbContext> contexts, First32 first32)
{
    /// <summary>Null where the project is gone.</summary>
    public async Task<ForecastUpdate?> ReadAsync(int projectId, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var project = await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId && p.DeletedAt == null, cancel);
        if (project is null) return null;
        var rows = db.Estimates.AsNoTracking().Where(e => e.ProjectId == projectId).OrderByDescending(e => e.Id);
        var newest = await rows.Select(e => new { e.Id, e.Error }).FirstOrDefaultAsync(cancel);
        var good = await rows.Where(e => e.Payload != null)
            .Select(e => new { e.Id, e.Payload, e.Model, e.AdapterSeed, e.DurationMilliseconds, e.CreatedAt }).FirstOrDefaultAsync(cancel);
        var job = await db.RankJobs.AsNoTracking().Where(j => j.ProjectId == projectId).OrderByDescending(j => j.Id)
            .FirstOrDefaultAsync(cancel);
        var first = await first32.ItemsAsync(db, projectId, cancel);
        var counting = db.Finals.Where(f => f.ProjectId == projectId && f.AnswerId != null);
        var firstLabels = first.Count == 0 ? 0 : await counting.CountAsync(f => first.Contains(f.ItemId), cancel);
        var estimate = good is null ? null : EstimatePayload.Read(good.Payload!);
        return new(projectId, project.EstimatedVersion, await counting.CountAsync(cancel), firstLabels,
            project.RankVersion > 0 ? first.Count : CosLow.Size,
            job is null ? null : new(job.Id, job.State, job.Done, job.Total, job.ItemsPerSecond, job.Error), good?.Id, project.Model,
            good?.AdapterSeed, good?.DurationMilliseconds, good?.CreatedAt, estimate, newest?.Error,
            // an older portal let a stopped project become active without reopening it
            project.State is ProjectState.Stopped or ProjectState.Archived ? project.StoppedAt : null, project.RankVersion > 0)
        {
            Outdated = estimate is null ? Outdated.No : OutdatedEstimate.Of(estimate, good!.Model, project),
        };
    }
}

/// <summary>Takes a picture and publishes it: after every change that a page of the project shows.</summary>
public sealed class ForecastPublisher(ForecastReader reader, EstimateFeed feed)
{
    public async Task PublishAsync(int projectId, CancellationToken cancel = default)
    {
        if (await reader.ReadAsync(projectId, cancel) is { } update) feed.Publish(update);
    }
}
