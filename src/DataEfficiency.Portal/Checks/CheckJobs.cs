using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Checks;

/// <summary>What a lead does with checks.</summary>
public sealed class CheckJobs(CheckStore store, JobBell bell, ForecastPublisher publisher)
{
    /// <summary>Queues a check now.</summary>
    /// <param name="size">Training labels, where there is a whole test set; null: all.</param>
    public async Task AskAsync(int projectId, int? size, string userId, CancellationToken cancellation = default)
    {
        await store.AddAsync(new Check { ProjectId = projectId, Reason = CheckReason.Asked, Size = size, AskedBy = userId }, runs: true,
            cancellation);
        await WakeAsync(projectId, cancellation);
    }

    /// <summary>Begins the one that is offered. False: it is not any more.</summary>
    public async Task<bool> RunAsync(int projectId, int checkId, string userId, CancellationToken cancellation = default)
    {
        var runs = await store.RunAsync(projectId, checkId, userId, cancellation);
        await WakeAsync(projectId, cancellation);
        return runs;
    }

    public async Task SkipAsync(int projectId, int checkId, string userId, CancellationToken cancellation = default)
    {
        await store.SkipAsync(projectId, checkId, userId, cancellation);
        await WakeAsync(projectId, cancellation);
    }

    /// <summary>The next step of the plan, which is not due yet, is not taken either.</summary>
    public async Task SkipAheadAsync(int projectId, CheckReason reason, int step, string userId,
        CancellationToken cancellation = default)
    {
        await store.SkipAheadAsync(projectId, reason, step, userId, cancellation);
        await WakeAsync(projectId, cancellation);
    }

    public async Task CancelAsync(int projectId, int checkId, string userId, CancellationToken cancellation = default)
    {
        await store.CancelAsync(projectId, checkId, userId, cancellation);
        await WakeAsync(projectId, cancellation);
    }

    private async Task WakeAsync(int projectId, CancellationToken cancellation)
    {
        bell.Ring();
        await publisher.PublishAsync(projectId, cancellation);
    }
}
