using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Labeling;

namespace DataEfficiency.Portal.Projects;

/// <summary>What follows a grown pool or changed settings: ranking where the model has to look again, and a ring at the estimator's door.</summary>
internal sealed class PoolFollowUp(RankJobs ranking, IEstimateDoorbell doorbell, ForecastPublisher publisher) : IPoolGrown, IProjectChanged
{
    public async Task PoolGrewAsync(int projectId, bool withLabels, CancellationToken cancel)
    {
        await ranking.EnqueueAsync(projectId, cancel);
        if (withLabels) doorbell.Ring(projectId);
    }

    public async Task ChangedAsync(int projectId, bool rerank, CancellationToken cancel)
    {
        if (rerank) await ranking.EnqueueAsync(projectId, cancel);
        doorbell.Ring(projectId);
        await publisher.PublishAsync(projectId, cancel);
    }
}
