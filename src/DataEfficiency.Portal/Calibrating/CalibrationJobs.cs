using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Calibrating;

/// <summary>What an admin does with calibrations.</summary>
public sealed class CalibrationJobs(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ModelCatalog catalog, JobBell bell,
    EstimateQueue queue, TimeProvider clock)
{
    /// <summary>Queues a calibration.</summary>
    /// <returns>Why it cannot be; null: it is queued.</returns>
    public async Task<Said?> StartAsync(CalibrationAsk ask, string userId, CancellationToken cancellation = default)
    {
        try
        {
            if (catalog.Find(ask.Model) is not { } model) return CalibratingWords.NoSuchModel(ask.Model);
            await using (var db = await contexts.CreateDbContextAsync(cancellation))
            {
                var labelled = new List<LabelledSnapshot>();
                foreach (var id in ask.Projects) labelled.Add(await LabelledProjects.ReadAsync(db, id, cancellation));
                CalibrationPlans.Options(ask, model, [.. labelled.Select(l => l.Task())]);
            }
            var refusal = await writes.WriteAsync(Right.Admin(userId), async (db, token) =>
            {
                // one at a time: each would be over the calibration that the other began with
                if (await Open(db).AnyAsync(token)) return CalibratingWords.OneAtATime;
                var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
                db.Jobs.Add(new Job
                {
                    Kind = JobKind.Calibration, State = WorkState.Queued, CreatedAt = now, Payload = ask.ToJson(), Total = 1,
                });
                AuditTrail.Add(db, now, userId, "calibration.start", after: ask.ToJson());
                await db.SaveChangesAsync(token);
                return (Said?)null;
            }, cancellation, () => CalibratingWords.OnlyAdmins);
            if (refusal is null) bell.Ring();
            return refusal;
        }
        catch (SaidException refused)
        {
            return refused.Said;
        }
        catch (ArgumentException refused)
        {
            return CalibratingWords.NotToBeDone(refused.Message);
        }
    }

    /// <summary>A finished project becomes a task of its model's calibration.</summary>
    /// <returns>Why it cannot; null: it is measured as soon as the engine is free.</returns>
    public Task<Said?> JoinAsync(Project project, string userId, CancellationToken cancellation = default) =>
        StartAsync(new(project.Model, CalibrationMode.Join, [], [project.Id]), userId, cancellation);

    /// <summary>Ends the one that is queued or under way; what it finished is kept for the next.</summary>
    public async Task CancelAsync(int jobId, string userId, CancellationToken cancellation = default)
    {
        await writes.WriteAsync(Right.Admin(userId), async (db, token) =>
        {
            var asked = await Open(db).Where(j => j.Id == jobId)
                .ExecuteUpdateAsync(j => j.SetProperty(x => x.CancelRequested, true), token);
            if (asked > 0) AuditTrail.Add(db, clock, userId, "calibration.cancel", before: $"{jobId}");
            await db.SaveChangesAsync(token);
        }, cancellation);
        bell.Ring();
        queue.Wake();
    }

    /// <summary>The newest calibration that was asked for of a model.</summary>
    public async Task<(Job Job, CalibrationAsk Ask)?> NewestAsync(string model, CancellationToken cancellation = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        foreach (var job in await db.Jobs.AsNoTracking().Where(j => j.Kind == JobKind.Calibration).OrderByDescending(j => j.Id)
            .ToListAsync(cancellation))
            if (CalibrationAsk.FromJson(job.Payload) is var ask && ask.Model == model) return (job, ask);
        return null;
    }

    private static IQueryable<Job> Open(AppDbContext db) => db.Jobs.Open().Where(j => j.Kind == JobKind.Calibration);
}
