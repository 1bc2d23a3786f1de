using System.Globalization;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>Asks for rankings and cancels them. One job of a project counts: a new one takes the place of those before it.</summary>
public sealed class RankJobs(WriteQueue writes, JobBell bell, ForecastPublisher publisher, TimeProvider time)
{
    /// <summary>
    /// Queues a ranking of the project's visible items. After an import it ranks the new ones only; after a change of instruction,
    /// answers or model all of them (the job finds out by itself).
    /// </summary>
    /// <param name="check">With the model that this one has kept; null: with the project's own.</param>
    /// <returns>The job's id.</returns>
    public async Task<int> EnqueueAsync(int projectId, string userId, int? check = null, CancellationToken cancel = default)
    {
        var job = await writes.WriteAsync(Right.Lead(userId, projectId), (db, token) => QueueAsync(db, projectId, check, token), cancel);
        await WakeAsync(projectId, cancel);
        return job;
    }

    /// <summary>As <see cref="EnqueueAsync"/>, in a transaction of the caller, who calls <see cref="WakeAsync"/> after it.</summary>
    public async Task<int> QueueAsync(AppDbContext db, int projectId, int? check, CancellationToken cancel)
    {
        await CancelAsync(db, projectId, Now, cancel);
        var project = await db.Projects.SingleAsync(p => p.Id == projectId, cancel);
        var job = new Job
        {
            Kind = JobKind.Ranking, ProjectId = projectId, State = WorkState.Queued, CreatedAt = Now,
            Payload = check?.ToString(CultureInfo.InvariantCulture) ?? "",
            Total = await db.Items.CountAsync(i => i.ProjectId == projectId && !i.Deleted && i.ImportId <= project.VisibleImport, cancel),
        };
        db.Jobs.Add(job);
        await db.SaveChangesAsync(cancel);
        return job.Id;
    }

    /// <summary>The check whose model a job ranks with; null: the project's own.</summary>
    public static int? CheckOf(Job job) =>
        int.TryParse(job.Payload, NumberStyles.None, CultureInfo.InvariantCulture, out var check) ? check : null;

    /// <summary>Ends a queued job now and a running one after its current step. What it ranked so far is kept.</summary>
    public async Task CancelAsync(int projectId, string userId, CancellationToken cancel = default)
    {
        await writes.WriteAsync(Right.Lead(userId, projectId), (db, token) => CancelAsync(db, projectId, Now, token), cancel);
        await WakeAsync(projectId, cancel);
    }

    public async Task WakeAsync(int projectId, CancellationToken cancel = default)
    {
        await publisher.PublishAsync(projectId, cancel);
        bell.Ring();
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static async Task CancelAsync(AppDbContext db, int projectId, long now, CancellationToken cancel)
    {
        var open = db.Jobs.Where(j => j.ProjectId == projectId && j.Kind == JobKind.Ranking);
        await open.Where(j => j.State == WorkState.Queued).ExecuteUpdateAsync(j => j.SetProperty(x => x.State, WorkState.Cancelled)
            .SetProperty(x => x.CancelRequested, true).SetProperty(x => x.FinishedAt, now), cancel);
        await open.Where(j => j.State == WorkState.Running).ExecuteUpdateAsync(j => j.SetProperty(x => x.CancelRequested, true), cancel);
    }
}
