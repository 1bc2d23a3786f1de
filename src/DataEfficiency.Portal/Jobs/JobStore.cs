using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Jobs;

/// <summary>The rows of jobs: who has which until when, and what becomes of it. Each of these is one short transaction.</summary>
public sealed class JobStore(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, TimeProvider clock)
{
    /// <summary>A runner that has not renewed a lease for so long has died.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>Tries without getting on, whether they failed for a passing reason or the process ended.</summary>
    internal const int MostTries = 5;

    /// <summary>This process. The machine's name comes first: one process at a time has a data folder here, so that a lease of an earlier
    /// one of this machine is a dead one's.</summary>
    internal string Owner { get; } = $"{Environment.MachineName}/{Guid.NewGuid():N}";

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    internal static IQueryable<Job> Held(AppDbContext db, int id, string owner) =>
        db.Jobs.Where(j => j.Id == id && j.Owner == owner && j.State == WorkState.Running);

    /// <summary>At start: jobs of a process of this machine that was killed need not wait for their leases to run out.</summary>
    public Task ForsakeAsync(CancellationToken cancellation)
    {
        var machine = Environment.MachineName + "/";
        return writes.WriteAsync((db, token) => db.Jobs.Where(j => j.State == WorkState.Running && j.Owner!.StartsWith(machine))
            .ExecuteUpdateAsync(j => j.SetProperty(x => x.LeaseUntil, 0), token), cancellation);
    }

    /// <summary>Takes the first job that is due; null: there is none.</summary>
    /// <param name="mine">Jobs that run in this process.</param>
    public async Task<Job?> ClaimAsync(IReadOnlyCollection<JobKind> kinds, IReadOnlyCollection<int> mine, CancellationToken cancellation)
    {
        if (kinds.Count == 0) return null;
        // nobody waits for the write lock because of a look
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
            if (!await Due(db, kinds, mine, Now).AnyAsync(cancellation)) return null;
        return await writes.WriteAsync(async (db, token) =>
        {
            var now = Now;
            if (await Due(db, kinds, mine, now).OrderBy(j => j.Id).FirstOrDefaultAsync(token) is not { } job) return null;
            (job.State, job.Owner, job.LeaseUntil) = (WorkState.Running, Owner, now + (long)Lease.TotalMilliseconds);
            job.StartedAt ??= now;
            job.Tries++;
            await db.SaveChangesAsync(token);
            return job;
        }, cancellation);
    }

    private static IQueryable<Job> Due(AppDbContext db, IReadOnlyCollection<JobKind> kinds, IReadOnlyCollection<int> mine, long now) =>
        db.Jobs.Where(j => kinds.Contains(j.Kind) && !mine.Contains(j.Id)
            && (j.State == WorkState.Queued && (j.DueAt <= now || j.CancelRequested)
                || j.State == WorkState.Running && j.LeaseUntil < now));

    public Task RenewAsync(IReadOnlyCollection<int> mine, CancellationToken cancellation)
    {
        var until = Now + (long)Lease.TotalMilliseconds;
        return writes.WriteAsync((db, token) =>
            db.Jobs.Where(j => mine.Contains(j.Id) && j.Owner == Owner && j.State == WorkState.Running)
                .ExecuteUpdateAsync(j => j.SetProperty(x => x.LeaseUntil, until), token), cancellation);
    }

    /// <summary>The portal stops in good order: that was no try.</summary>
    public Task ReleaseAsync(int id) => writes.WriteAsync((db, token) => Held(db, id, Owner).ExecuteUpdateAsync(j => j
        .SetProperty(x => x.State, WorkState.Queued).SetProperty(x => x.Owner, (string?)null)
        .SetProperty(x => x.Tries, x => x.Tries - 1), token), CancellationToken.None);

    /// <summary>It failed for a reason that may pass: it waits, longer each time.</summary>
    /// <returns>For how long; null: it has had its tries.</returns>
    public Task<TimeSpan?> PostponeAsync(int id, string why, CancellationToken cancellation) => writes.WriteAsync(async (db, token) =>
    {
        var job = await Held(db, id, Owner).SingleOrDefaultAsync(token) ?? throw new JobLostException(id);
        if (job.Tries >= MostTries) return (TimeSpan?)null;
        var pause = PauseAfter(job.Tries);
        (job.State, job.Owner, job.Error) = (WorkState.Queued, null, why);
        job.DueAt = Now + (long)pause.TotalMilliseconds;
        await db.SaveChangesAsync(token);
        return pause;
    }, cancellation);

    /// <summary>1, 4, 16 and 64 seconds.</summary>
    internal static TimeSpan PauseAfter(int tries) => TimeSpan.FromSeconds(Math.Pow(4, tries - 1));

    public Task EndAsync(int id, WorkState state, string? error, CancellationToken cancellation) => writes.WriteAsync(
        (db, token) => EndAsync(Held(db, id, Owner), state, error, clock, token), cancellation);

    internal static Task EndAsync(IQueryable<Job> jobs, WorkState state, string? error, TimeProvider clock,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return jobs.ExecuteUpdateAsync(j => j.SetProperty(x => x.State, state).SetProperty(x => x.Error, error)
            .SetProperty(x => x.Owner, (string?)null).SetProperty(x => x.FinishedAt, now), cancellation);
    }
}
