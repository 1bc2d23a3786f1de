using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Portal.Tests.Jobs;

/// <summary>Rows of jobs, as whoever asks for one leaves them.</summary>
internal static class JobRows
{
    public static async Task<int> AddJobAsync(this PortalFactory portal, Action<Job>? change = null)
    {
        var project = await portal.AddProjectAsync();
        var id = await portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var job = new Job { Kind = JobKind.Import, ProjectId = project.Id, State = WorkState.Queued };
            change?.Invoke(job);
            db.Jobs.Add(job);
            await db.SaveChangesAsync(token);
            return job.Id;
        }, CancellationToken.None);
        portal.Services.GetRequiredService<JobBell>().Ring();
        return id;
    }

    public static async Task<Job> FindJobAsync(this PortalFactory portal, int id)
    {
        await using var db = await portal.OpenDbAsync();
        return await db.Jobs.AsNoTracking().SingleAsync(j => j.Id == id);
    }
}
