using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

/// <summary>What follows a grown pool or changed settings: ranking where the model has to look again, and a ring at the
/// estimator's door.</summary>
internal sealed class PoolFollowUp(RankJobs ranking, IEstimateDoorbell doorbell, ForecastPublisher publisher) : IPoolGrown, IProjectChanged
{
    // new items are ranked by the model that ranked the others
    async Task IPoolGrown.QueueAsync(AppDbContext db, int projectId, CancellationToken cancel) => await ranking.QueueAsync(db, projectId,
        await db.Rankings.Where(r => db.Projects.Any(p => p.Id == projectId && p.RankingId == r.Id)).Select(r => r.CheckId)
            .SingleOrDefaultAsync(cancel), cancel);

    // another prompt or model: what a check has trained belongs to neither
    Task IProjectChanged.QueueAsync(AppDbContext db, int projectId, CancellationToken cancel) =>
        ranking.QueueAsync(db, projectId, null, cancel);

    public async Task PoolGrewAsync(int projectId, bool withLabels, CancellationToken cancel)
    {
        await ranking.WakeAsync(projectId, cancel);
        if (withLabels) doorbell.Ring(projectId);
    }

    public async Task ChangedAsync(int projectId, CancellationToken cancel)
    {
        await ranking.WakeAsync(projectId, cancel);
        // open pages say at once that the forecast no longer answers what is asked
        await publisher.PublishAsync(projectId, cancel);
        doorbell.Ring(projectId);
    }
}
