using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>What follows a grown pool: ranking, and a new look at labels that came with it.</summary>
public interface IPoolGrown
{
    /// <summary>In the transaction that makes the pool visible: what is due outlives a crash right after it.</summary>
    Task QueueAsync(AppDbContext db, int projectId, CancellationToken cancel);

    /// <summary>After that transaction.</summary>
    Task PoolGrewAsync(int projectId, bool withLabels, CancellationToken cancel);
}
