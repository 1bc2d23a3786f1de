using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Jobs;

/// <summary>A job while this process has it. What the work stores for it, it stores in transactions that ask here first.</summary>
/// <param name="job">As it was when it was claimed.</param>
public sealed class JobTurn(Job job, string owner, TimeProvider clock)
{
    public Job Job => job;

    /// <summary>The project of a job that has one.</summary>
    public int ProjectId => job.OfProject;

    /// <returns>False: somebody asked for its end, or its project is gone.</returns>
    /// <exception cref="JobLostException">The lease ran out and another runner has it, or its row is gone.</exception>
    public async Task<bool> IsWantedAsync(AppDbContext db, CancellationToken cancellation) =>
        await Held(db).Select(j => (bool?)(!j.CancelRequested
            && (j.ProjectId == null || db.Projects.Any(p => p.Id == j.ProjectId && p.DeletedAt == null))))
            .SingleOrDefaultAsync(cancellation) ?? throw new JobLostException(job.Id);

    /// <summary>As <see cref="IsWantedAsync"/>, for work that keeps nothing where it is not wanted.</summary>
    /// <exception cref="JobCancelledException">It is not wanted.</exception>
    public async Task GoOnAsync(AppDbContext db, CancellationToken cancellation)
    {
        if (!await IsWantedAsync(db, cancellation)) throw new JobCancelledException();
    }

    /// <summary>Shows how far it is.</summary>
    /// <param name="gotOn">This try has stored something: earlier ones that failed count no longer.</param>
    public Task ShowAsync(AppDbContext db, long done, long total, bool gotOn, CancellationToken cancellation) =>
        Held(db).ExecuteUpdateAsync(j => j.SetProperty(x => x.Done, done).SetProperty(x => x.Total, total)
            .SetProperty(x => x.Error, (string?)null).SetProperty(x => x.Tries, x => gotOn ? 1 : x.Tries), cancellation);

    /// <summary>In the last transaction of the work: all of it is stored, or nothing is done.</summary>
    public Task EndAsync(AppDbContext db, CancellationToken cancellation) =>
        JobStore.EndAsync(Held(db), WorkState.Done, null, clock, cancellation);

    private IQueryable<Job> Held(AppDbContext db) => JobStore.Held(db, job.Id, owner);
}
