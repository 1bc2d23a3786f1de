using System.Threading.Channels;
using DataEfficiency.Portal.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage;

/// <summary>
/// The one writer of this process: SQLite takes one write transaction at a time, so writers wait here in their order (FIFO)
/// instead of colliding on the file. Keep each piece of work short (under 50 ms; longer work goes in chunks): every label
/// waits behind it.
/// </summary>
public sealed class WriteQueue : IAsyncDisposable
{
    private static readonly AsyncLocal<bool> Inside = new();
    private readonly Channel<Func<Task>> _work = Channel.CreateUnbounded<Func<Task>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IDbContextFactory<AppDbContext> _contexts;
    private readonly Task _loop;

    public WriteQueue(IDbContextFactory<AppDbContext> contexts)
    {
        _contexts = contexts;
        // the loop must not inherit the flow of whoever resolved the queue first
        using (ExecutionContext.SuppressFlow()) _loop = Task.Run(RunAsync);
    }

    /// <summary>
    /// Runs <paramref name="work"/> with a context of its own inside one BEGIN IMMEDIATE transaction: committed when it returns,
    /// rolled back when it throws (the exception reaches the caller). Cancelling while it waits takes it out of the queue.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called from inside other work of the queue, which would wait for itself.</exception>
    public Task<T> WriteAsync<T>(Func<AppDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        if (Inside.Value)
            throw new InvalidOperationException("WriteAsync was called from inside a write: use the context that the write was given.");
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var since = PortalMeter.WriteWait.Time();
        var queued = _work.Writer.TryWrite(async () =>
        {
            since.Dispose();
            if (cancellationToken.IsCancellationRequested)
            {
                done.TrySetCanceled(cancellationToken);
                return;
            }
            try
            {
                done.TrySetResult(await TransactAsync(work, cancellationToken));
            }
            catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
            {
                done.TrySetCanceled(e.CancellationToken);
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
        });
        if (!queued) done.TrySetException(new ObjectDisposedException(nameof(WriteQueue), "The portal is shutting down."));
        return done.Task;
    }

    /// <summary>As <see cref="WriteAsync{T}"/>, for work without a result.</summary>
    public Task WriteAsync(Func<AppDbContext, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        WriteAsync(async (db, token) => { await work(db, token); return true; }, cancellationToken);

    private async Task<T> TransactAsync<T>(Func<AppDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        Inside.Value = true;
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        // Microsoft.Data.Sqlite begins serializable transactions as IMMEDIATE: the write lock is taken now, not at the first write
        await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, cancellationToken);
        var result = await work(db, cancellationToken);
        // once the work is done it is committed, whatever the caller's token says now
        await transaction.CommitAsync(CancellationToken.None);
        foreach (var act in db.AfterCommit) act();
        return result;
    }

    private async Task RunAsync()
    {
        await foreach (var work in _work.Reader.ReadAllAsync()) await work();
    }

    /// <summary>Takes no more work and finishes what is queued.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _loop;
    }
}
