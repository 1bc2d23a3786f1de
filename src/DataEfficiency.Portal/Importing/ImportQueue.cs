using System.Threading.Channels;

namespace DataEfficiency.Portal.Importing;

/// <summary>The doorbell of the import worker: ids only, the database is the truth.</summary>
public sealed class ImportQueue
{
    private readonly Channel<int> rung = Channel.CreateUnbounded<int>();

    public void Ring(int importId) => rung.Writer.TryWrite(importId);

    public IAsyncEnumerable<int> ReadAllAsync(CancellationToken cancel) => rung.Reader.ReadAllAsync(cancel);
}

/// <summary>Told after a pool has grown and is visible: ranking, and a new look at labels that came with it.</summary>
public interface IPoolGrown
{
    Task PoolGrewAsync(int projectId, bool withLabels, CancellationToken cancel);
}
