using System.Data.Common;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>What waits in the write queue shares one commit, and nothing else: neither an early word nor another's failure.</summary>
public sealed class SharedCommitTests(PortalFactory portal) : IClassFixture<PortalFactory>
{
    private readonly Commits _commits = new();
    private readonly StandingClock _clock = new();

    [Fact]
    public async Task Writes_WaitingBehindOne_ShareItsCommitAndAreToldAfterIt()
    {
        await using var queue = Queue();
        var (begins, lastRuns, ends) = (Gate(), Gate(), Gate());
        var writes = new List<Task> { AddAsync(queue, "shared", begins.Task) };
        for (var i = 0; i < 5; i++) writes.Add(AddAsync(queue, "shared"));
        writes.Add(AddAsync(queue, "shared", ends.Task, lastRuns));
        begins.SetResult();
        await lastRuns.Task;

        Assert.Equal(0, _commits.Count);
        Assert.DoesNotContain(writes, w => w.IsCompleted);
        ends.SetResult();
        await Task.WhenAll(writes);
        Assert.Equal(1, _commits.Count);
        Assert.Equal(7, await CountAsync("shared"));
    }

    [Fact]
    public async Task Writes_OfWhichOneFails_TheOthersAreKeptAndItsOwnChangesAreNot()
    {
        await using var queue = Queue();
        var begins = Gate();
        var told = new List<string>();
        var before = AddAsync(queue, "kept", begins.Task, told: told);
        var failing = queue.WriteAsync(async (db, token) =>
        {
            db.Projects.Add(new Project { Name = "taken back" });
            await db.SaveChangesAsync(token);
            // not saved: no later write may save it either
            db.Projects.Add(new Project { Name = "taken back" });
            db.AfterCommit.Add(() => told.Add("taken back"));
            throw new InvalidDataException("in the midst of it");
        }, CancellationToken.None);
        var after = AddAsync(queue, "kept", told: told);
        begins.SetResult();

        await Task.WhenAll(before, after);
        await Assert.ThrowsAsync<InvalidDataException>(() => failing);
        Assert.Equal((1, 2, 0), (_commits.Count, await CountAsync("kept"), await CountAsync("taken back")));
        Assert.Equal(["kept", "kept"], told);
    }

    [Fact]
    public async Task Writes_WhoseCommitFails_AllHearOfIt()
    {
        await using var queue = Queue();
        var begins = Gate();
        var writes = new List<Task> { AddAsync(queue, "lost", begins.Task), AddAsync(queue, "lost"), AddAsync(queue, "lost") };
        _commits.Fault = new IOException("The disk is full.");
        begins.SetResult();

        foreach (var write in writes) await Assert.ThrowsAsync<IOException>(() => write);
        _commits.Fault = null;
        await AddAsync(queue, "found again");
        Assert.Equal((0, 1), (await CountAsync("lost"), await CountAsync("found again")));
    }

    [Fact]
    public async Task Writes_BehindOneThatTookLong_DoNotKeepItWaiting()
    {
        await using var queue = Queue();
        var begins = Gate();
        var runs = Gate();
        var slow = AddAsync(queue, "slow", begins.Task, runs);
        await runs.Task;
        var next = AddAsync(queue, "next");
        _clock.Advance(TimeSpan.FromMilliseconds(30));
        begins.SetResult();

        await Task.WhenAll(slow, next);
        Assert.Equal(2, _commits.Count);
    }

    private static TaskCompletionSource Gate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WriteQueue Queue() => new(new Watched(portal.Services.GetRequiredService<DataFolder>(), _commits), _clock);

    private static Task AddAsync(WriteQueue queue, string name, Task? gate = null, TaskCompletionSource? runs = null,
        List<string>? told = null) => queue.WriteAsync(async (db, token) =>
        {
            runs?.SetResult();
            if (gate is not null) await gate;
            db.Projects.Add(new Project { Name = name });
            await db.SaveChangesAsync(token);
            db.AfterCommit.Add(() => told?.Add(name));
        }, CancellationToken.None);

    private async Task<int> CountAsync(string name)
    {
        await using var db = await portal.OpenDbAsync();
        return await db.Projects.CountAsync(p => p.Name == name);
    }

    private sealed class Watched(DataFolder folder, Commits commits) : IDbContextFactory<AppDbContext>
    {
        public AppDbContext CreateDbContext() =>
            new(new DbContextOptionsBuilder<AppDbContext>().UseDatabase(folder.ConnectionString).AddInterceptors(commits).Options);
    }

    private sealed class Commits : DbTransactionInterceptor
    {
        public int Count { get; private set; }

        public Exception? Fault { get; set; }

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction,
            TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            if (Fault is { } fault) throw fault;
            Count++;
            return new(result);
        }
    }

    /// <summary>Stands still until it is told.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _ticks);

        public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
    }
}
