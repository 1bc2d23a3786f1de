using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Projects;

/// <summary>What follows a grown pool or changed settings: ranking where the model has to look again, and a ring at the
/// estimator's door.</summary>
internal sealed class PoolFollowUp(RankJobs ranking, IEstimateDoorbell doorbell, ForecastPublisher publisher) : IPoolGrown, IProjectChanged
{
    public Task QueueAsync(AppDbContext db, int projectId, CancellationToken cancel) => ranking.QueueAsync(db, projectId, cancel);

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
