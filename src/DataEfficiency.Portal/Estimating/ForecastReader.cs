using DataEfficiency.Engine;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// Takes the picture of a project: forecast, figures and what its pages show beside them, of one moment. A picture's number is given
/// together with the moment, so that of two pictures the one with the higher number shows the later moment, whichever is ready first.
/// </summary>
public sealed class ForecastReader(IDbContextFactory<AppDbContext> contexts, FigureBook book)
{
    private readonly SemaphoreSlim _moment = new(1);
    private long _number;

    /// <summary>Null where the project is gone.</summary>
    public async Task<ForecastUpdate?> ReadAsync(int projectId, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var (number, project) = await BeginAsync(db, projectId, cancel);
        if (project is null || await book.OfAsync(project, cancel) is not { } figures) return null;
        var rows = db.Estimates.AsNoTracking().Where(e => e.ProjectId == projectId).OrderByDescending(e => e.Id);
        var newest = await rows.Select(e => new { e.Id, e.Error }).FirstOrDefaultAsync(cancel);
        var good = await rows.Where(e => e.Payload != null)
            .Select(e => new { e.Id, e.Payload, e.Model, e.AdapterSeed, e.DurationMilliseconds, e.CreatedAt }).FirstOrDefaultAsync(cancel);
        var job = await db.Jobs.AsNoTracking().Where(j => j.ProjectId == projectId && j.Kind == JobKind.Ranking)
            .OrderByDescending(j => j.Id).FirstOrDefaultAsync(cancel);
        var estimate = good is null ? null : EstimatePayload.Read(good.Payload!);
        return new(projectId, project.EstimatedVersion, figures.Decided, figures.First.Decided,
            project.RankVersion > 0 ? figures.First.Items.Length : CosLow.Size,
            job is null ? null : new(job.Id, job.State, (int)job.Done, (int)job.Total, job.Speed, job.Error), good?.Id, project.Model,
            good?.AdapterSeed, good?.DurationMilliseconds, good?.CreatedAt, estimate, newest?.Error,
            // an older portal let a stopped project become active without reopening it
            project.State is ProjectState.Stopped or ProjectState.Archived ? project.StoppedAt : null, project.RankVersion > 0)
        {
            Outdated = estimate is null ? Outdated.No : OutdatedEstimate.Of(estimate, good!.Model, project),
            AnswerSet = await AnswerSetState.ReadAsync(db, project, cancel),
            Number = number, Figures = figures, View = await BudgetReader.ReadAsync(db, project, figures, cancel),
        };
    }

    // the first statement fixes the moment; who comes next gets a later one and a higher number
    private async Task<(long Number, Project? Project)> BeginAsync(AppDbContext db, int projectId, CancellationToken cancel)
    {
        await _moment.WaitAsync(cancel);
        try
        {
            await ReadSnapshot.BeginAsync(db, cancel);
            var project = await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId && p.DeletedAt == null, cancel);
            return (++_number, project);
        }
        finally
        {
            _moment.Release();
        }
    }
}

/// <summary>Takes a picture and publishes it: after every change that a page of the project shows.</summary>
public sealed class ForecastPublisher(ForecastReader reader, EstimateFeed feed)
{
    public async Task PublishAsync(int projectId, CancellationToken cancel = default)
    {
        if (await reader.ReadAsync(projectId, cancel) is { } update) feed.Publish(update);
    }

    /// <summary>The newest picture; where there is none yet, or it shows another row of the project than this one, a new one.</summary>
    public async Task<ForecastUpdate?> NewestAsync(int projectId, Project? row = null, CancellationToken cancel = default)
    {
        if (feed.Latest(projectId) is { View: { } view } latest && (row is null || view.Shows(row))) return latest;
        await PublishAsync(projectId, cancel);
        return feed.Latest(projectId);
    }
}
