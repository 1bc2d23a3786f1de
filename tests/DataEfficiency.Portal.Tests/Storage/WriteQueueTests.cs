using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Storage;

public sealed class WriteQueueTests : IClassFixture<PortalFactory>
{
    private readonly PortalFactory _portal;
    private readonly WriteQueue _queue;

    public WriteQueueTests(PortalFactory portal)
    {
        _portal = portal;
        _queue = portal.Services.GetRequiredService<WriteQueue>();
    }

    [Fact]
    public async Task WriteAsync_ManyQueuedBehindOne_RunInTheirOrder()
    {
        var gate = new TaskCompletionSource();
        var order = new List<int>();
        var first = _queue.WriteAsync(async (_, _) => await gate.Task, CancellationToken.None);
        var rest = Enumerable.Range(0, 20)
            .Select(i => _queue.WriteAsync((_, _) => { order.Add(i); return Task.CompletedTask; }, CancellationToken.None)).ToList();

        Assert.Empty(order);
        gate.SetResult();
        await first;
        await Task.WhenAll(rest);

        Assert.Equal(Enumerable.Range(0, 20), order);
    }

    /// <summary>An answer does not wait for the first decks of a whole team, and what has waited for long is not passed for ever.</summary>
    [Fact]
    public async Task WriteAsync_Ahead_GoesBeforeWhatCameALittleEarlierOnly()
    {
        var clock = new TimerTime();
        await using var queue = new WriteQueue(_portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(), clock);
        var gate = new TaskCompletionSource();
        var order = new List<string>();
        var first = queue.WriteAsync(async (_, _) => await gate.Task, CancellationToken.None);
        List<Task> rest = [Write("long ago")];
        clock.Advance(WriteQueue.HeadStart * 1.5);
        rest.AddRange([Write("just now"), Write("just now too"), Write("an answer", ahead: true), Write("another answer", ahead: true)]);

        gate.SetResult();
        await first;
        await Task.WhenAll(rest);

        Assert.Equal(["long ago", "an answer", "another answer", "just now", "just now too"], order);

        Task Write(string name, bool ahead = false) =>
            queue.WriteAsync((_, _) => { order.Add(name); return Task.FromResult(true); }, CancellationToken.None, ahead);
    }

    [Fact]
    public async Task WriteAsync_Ahead_IsAcknowledgedWithoutWhatIsOfNoHurryBehindIt()
    {
        var (gate, chunk) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = _queue.WriteAsync(async (_, _) => await gate.Task, CancellationToken.None);
        var import = _queue.WriteAsync(async (_, _) => await chunk.Task, CancellationToken.None);
        var answer = _queue.WriteAsync((_, _) => Task.FromResult(true), CancellationToken.None, ahead: true);

        gate.SetResult();
        await answer.WaitAsync(Patience.Long);

        Assert.False(import.IsCompleted);
        chunk.SetResult();
        await Task.WhenAll(first, import);
    }

    /// <summary>The next card, which is asked for when the answer's receipt is there, does not wait for one more chunk of an
    /// import.</summary>
    [Fact]
    public async Task WriteAsync_BehindOneAhead_ComesBeforeWhatWaitedLonger()
    {
        var contexts = _portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using var queue = new WriteQueue(contexts, TimeProvider.System) { Follows = Patience.Long };
        var gate = new TaskCompletionSource();
        var answer = queue.WriteAsync(async (_, _) => { await gate.Task; return true; }, CancellationToken.None, ahead: true);
        var chunk = queue.WriteAsync((_, _) => Task.CompletedTask, CancellationToken.None);
        gate.SetResult();
        await answer;

        var card = queue.WriteAsync((_, _) => Task.FromResult(chunk.IsCompleted), CancellationToken.None, ahead: true);

        Assert.False(await card.WaitAsync(Patience.Long));
    }

    [Fact]
    public async Task WriteAsync_WorkThrows_RollsBackAndGoesOn()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => _queue.WriteAsync(async (db, token) =>
        {
            db.Projects.Add(new Project { Name = "rolled back" });
            await db.SaveChangesAsync(token);
            throw new InvalidDataException("after the insert");
        }, CancellationToken.None));
        await AddAsync("kept after a failure");

        await using var check = await _portal.OpenDbAsync();
        Assert.False(await check.Projects.AnyAsync(p => p.Name == "rolled back"));
        Assert.True(await check.Projects.AnyAsync(p => p.Name == "kept after a failure"));
    }

    [Fact]
    public async Task WriteAsync_ManyConcurrentWriters_AllCommitted()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++) await AddAsync($"writer {writer}");
        })));

        await using var check = await _portal.OpenDbAsync();
        Assert.Equal(160, await check.Projects.CountAsync(p => p.Name.StartsWith("writer ")));
    }

    [Fact]
    public async Task WriteAsync_CancelledWhileWaiting_NeverRuns()
    {
        var gate = new TaskCompletionSource();
        var first = _queue.WriteAsync(async (_, _) => await gate.Task, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var ran = false;
        var second = _queue.WriteAsync((_, _) => { ran = true; return Task.CompletedTask; }, cancel.Token);

        cancel.Cancel();
        gate.SetResult();
        await first;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(ran);
    }

    [Fact]
    public async Task WriteAsync_FromInsideAWrite_IsRefusedInsteadOfWaitingForItself()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => _queue.WriteAsync(async (_, _) =>
            await _queue.WriteAsync((_, _) => Task.CompletedTask, CancellationToken.None), CancellationToken.None));
        Assert.Contains("inside a write", e.Message);
    }

    [Fact]
    public async Task Database_Opened_UsesWalFullSyncAndForeignKeys()
    {
        await using var db = await _portal.OpenDbAsync();

        Assert.Equal("wal", await PragmaAsync<string>("journal_mode"));
        Assert.Equal(2, await PragmaAsync<long>("synchronous"));
        Assert.Equal(1, await PragmaAsync<long>("foreign_keys"));

        async Task<T> PragmaAsync<T>(string name)
        {
            await db.Database.OpenConnectionAsync();
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = $"PRAGMA {name}";
            return (T)(await command.ExecuteScalarAsync())!;
        }
    }

    private Task AddAsync(string name) => _queue.WriteAsync(async (db, token) =>
    {
        db.Projects.Add(new Project { Name = name });
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);
}
