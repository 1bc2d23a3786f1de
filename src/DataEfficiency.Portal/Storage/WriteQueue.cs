using System.Threading.Channels;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DataEfficiency.Portal.Storage;

/// <summary>
/// The one writer of this process: SQLite takes one write transaction at a time, so writers wait here in their order instead of
/// colliding on the file. Keep each piece of work short (under 50 ms; longer work goes in chunks): every label
/// waits behind it. What waits when a piece is done joins its transaction, so that many answers share one wait for the disk (and with
/// none that is of no hurry); each piece is told of its end after the commit, and one that fails takes back its own changes only.
/// </summary>
public sealed class WriteQueue : IAsyncDisposable
{
    /// <summary>A transaction that is older takes nobody in any more: who came first is not kept waiting by who came late.</summary>
    private static readonly TimeSpan Joining = TimeSpan.FromMilliseconds(25);

    /// <summary>Who goes ahead does so of what has waited for less: nobody waits for ever.</summary>
    public static readonly TimeSpan HeadStart = TimeSpan.FromSeconds(2);

    private static readonly AsyncLocal<bool> Inside = new();
    private readonly Channel<Write> _waiting = Channel.CreateUnboundedPrioritized(
        new UnboundedPrioritizedChannelOptions<Write>
        {
            SingleReader = true, Comparer = Comparer<Write>.Create((a, b) => a.Turn.CompareTo(b.Turn)),
        });
    private readonly IDbContextFactory<AppDbContext> _contexts;
    private readonly TimeProvider _clock;
    private readonly Task _loop;
    // kept open: opening a connection costs as much as a small write
    private AppDbContext? _db;
    private long _asked;
    private TaskCompletionSource? _turn;
    private volatile TaskCompletionSource? _follower;
    private readonly CancellationTokenSource _ending = new();

    public WriteQueue(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
    {
        (_contexts, _clock) = (contexts, clock);
        // the loop must not inherit the flow of whoever resolved the queue first
        using (ExecutionContext.SuppressFlow()) _loop = Task.Run(RunAsync);
    }

    /// <summary>Behind an answer comes its person's next card, asked for once the receipt is there: so long nothing else begins.</summary>
    internal TimeSpan Follows { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How many writes were asked for so far: who writes much sees by it whether others write too.</summary>
    public long Asked => Interlocked.Read(ref _asked);

    /// <summary>Whether somebody who goes ahead waits: for long work that can end early to go on behind them.</summary>
    public bool IsHurried => _waiting.Reader.TryPeek(out var next) && next.Ahead;

    /// <summary>
    /// Runs <paramref name="work"/> with a context inside a BEGIN IMMEDIATE transaction: committed when the result is there,
    /// rolled back when it throws (the exception reaches the caller). Cancelling while it waits takes it out of the queue.
    /// </summary>
    /// <param name="ahead">Short work that a person waits for with an answer in hand: before what came a <see cref="HeadStart"/> earlier
    /// or less.</param>
    /// <exception cref="InvalidOperationException">Called from inside other work of the queue, which would wait for itself.</exception>
    public Task<T> WriteAsync<T>(Func<AppDbContext, CancellationToken, Task<T>> work, CancellationToken cancellationToken,
        bool ahead = false)
    {
        if (Inside.Value)
            throw new InvalidOperationException("WriteAsync was called from inside a write: use the context that the write was given.");
        var number = Interlocked.Increment(ref _asked);
        var at = _clock.GetElapsedTime(0) - (ahead ? HeadStart : TimeSpan.Zero);
        var write = new Write<T>(work, (at, number), ahead, cancellationToken);
        if (!_waiting.Writer.TryWrite(write))
            write.End(new ObjectDisposedException(nameof(WriteQueue), "The portal is shutting down."));
        else if (ahead) _follower?.TrySetResult();
        return write.Done;
    }

    /// <summary>As <see cref="WriteAsync{T}"/>, for work without a result.</summary>
    public Task WriteAsync(Func<AppDbContext, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        WriteAsync(async (db, token) => { await work(db, token); return true; }, cancellationToken);

    /// <summary>Done when everything that is committed at this moment has also had its <see cref="AppDbContext.AfterCommit"/>.</summary>
    public Task Turn => Inside.Value ? Task.CompletedTask : Volatile.Read(ref _turn)?.Task ?? Task.CompletedTask;

    private async Task RunAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
            while (_waiting.Reader.TryRead(out var first))
                if (first.Begin() && await TransactAsync(first)) await FollowerAsync();
        await CloseAsync();
    }

    private async Task FollowerAsync()
    {
        var follower = _follower = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.Reader.TryPeek(out var next) || !next.Ahead)
            await follower.Task.WaitAsync(Follows, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<AppDbContext> OpenAsync()
    {
        if (_db is null)
        {
            _db = await _contexts.CreateDbContextAsync();
            await _db.Database.OpenConnectionAsync();
            KeptStatements.On(_db);
        }
        _db.ChangeTracker.Clear();
        _db.AfterCommit.Clear();
        return _db;
    }

    private async Task CloseAsync()
    {
        if (_db is { } open) await open.DisposeAsync();
        _db = null;
    }

    /// <returns>One of them was ahead of others.</returns>
    private async Task<bool> TransactAsync(Write first)
    {
        // what each of them is told in the end: null, or why it failed
        List<(Write Write, Exception? Fault)> ran = [(first, null)];
        Exception? fault = null;
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _turn, turn);
        try
        {
            var db = await OpenAsync();
            // Microsoft.Data.Sqlite begins serializable transactions as IMMEDIATE: the write lock is taken now, not at the first write
            await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable);
            var began = _clock.GetTimestamp();
            await RunAsync(first, db);
            var hurries = first.Ahead;
            while (_clock.GetElapsedTime(began) < Joining && _waiting.Reader.TryPeek(out var next) && (next.Ahead || !hurries)
                && _waiting.Reader.TryRead(out next))
            {
                if (!next.Begin()) continue;
                hurries |= next.Ahead;
                ran.Add((next, null));
                ran[^1] = (next, await JoinAsync(next, db, transaction));
            }
            // once the work is done it is committed, whatever the callers' tokens say now
            await transaction.CommitAsync();
            foreach (var act in db.AfterCommit) act();
        }
        catch (Exception e)
        {
            fault = e;
            await CloseAsync();
        }
        turn.SetResult();
        foreach (var (write, own) in ran) write.End(own ?? fault);
        return ran.Exists(r => r.Write.Ahead);
    }

    /// <returns>Why it failed, and its changes are taken back; null: it is done.</returns>
    private static async Task<Exception?> JoinAsync(Write write, AppDbContext db, IDbContextTransaction transaction)
    {
        const string joined = "joined";
        var acts = db.AfterCommit.Count;
        db.ChangeTracker.Clear();
        await transaction.CreateSavepointAsync(joined);
        try
        {
            await RunAsync(write, db);
            await transaction.ReleaseSavepointAsync(joined);
            return null;
        }
        catch (Exception e)
        {
            db.AfterCommit.RemoveRange(acts, db.AfterCommit.Count - acts);
            // throws where the database has taken back the whole transaction (a full disk): then all of them have failed
            await transaction.RollbackToSavepointAsync(joined);
            return e;
        }
    }

    private static async Task RunAsync(Write write, AppDbContext db)
    {
        Inside.Value = true;
        await write.RunAsync(db);
    }

    /// <summary>Takes no more work and finishes what is queued.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _ending.CancelAsync();
        await _loop;
        _ending.Dispose();
    }

    private abstract class Write((TimeSpan At, long Number) turn, bool ahead)
    {
        public (TimeSpan At, long Number) Turn => turn;
        public bool Ahead => ahead;

        /// <summary>False: it was cancelled while it waited.</summary>
        public abstract bool Begin();
        public abstract Task RunAsync(AppDbContext db);
        public abstract void End(Exception? fault);
    }

    private sealed class Write<T>(Func<AppDbContext, CancellationToken, Task<T>> work, (TimeSpan, long) turn, bool ahead,
        CancellationToken cancellation) : Write(turn, ahead)
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly PortalMeter.Timing _waits = PortalMeter.WriteWait.Time();
        private T? _result;

        public Task<T> Done => _done.Task;

        public override bool Begin()
        {
            _waits.Dispose();
            return !cancellation.IsCancellationRequested || !_done.TrySetCanceled(cancellation);
        }

        public override async Task RunAsync(AppDbContext db) => _result = await work(db, cancellation);

        public override void End(Exception? fault)
        {
            if (fault is null) _done.TrySetResult(_result!);
            else if (fault is OperationCanceledException cancelled && cancellation.IsCancellationRequested)
                _done.TrySetCanceled(cancelled.CancellationToken);
            else _done.TrySetException(fault);
        }
    }
}
