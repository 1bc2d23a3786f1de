using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace DataEfficiency.Portal.Tests.Jobs;

/// <summary>What the runner makes of jobs, with work that does what a test wants.</summary>
public sealed class JobRunnerTests : IDisposable
{
    private readonly MadeUpWork _work = new();
    private readonly PortalFactory _portal;

    public JobRunnerTests() => _portal = new PortalFactory
    {
        ConfigureServices = services =>
        {
            services.RemoveAll<IJobWork>();
            services.AddSingleton<IJobWork>(_work);
        },
    };

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task Job_ThatFailsForAPassingReason_WaitsAndIsTriedAgain()
    {
        _work.Do = turn => turn.Job.Tries == 1 ? throw new SqliteException("database is locked", 5) : Task.CompletedTask;
        var id = await AddAsync();
        var waiting = await UntilAsync(id, j => j.State == WorkState.Queued && j.Tries == 1);
        Assert.Contains("database is locked", StoredSaid.Words(waiting.Error!));
        Assert.True(waiting.DueAt > waiting.StartedAt);
        var done = await UntilAsync(id, j => j.State == WorkState.Done);
        Assert.Equal((2, null, null), (done.Tries, done.Error, done.Owner));
        Assert.Equal(["run 1", "run 2", "ended Done"], _work.Calls);
    }

    [Theory]
    [InlineData(JobStore.MostTries - 1, "run 5"), InlineData(JobStore.MostTries, null)]
    public async Task Job_ThatHadItsTries_FailsAndSaysWhy(int before, string? run)
    {
        _work.Do = _ => throw new OutOfMemoryException("no memory at this moment");
        var id = await AddAsync(j => j.Tries = before);
        var failed = await UntilAsync(id, j => j.State == WorkState.Failed);
        Assert.Equal(run is null ? "in words: The portal ended 5 times while this ran." : "in words: no memory at this moment",
            failed.Error);
        Assert.NotNull(failed.FinishedAt);
        Assert.Equal((string[])[.. run is null ? [] : new[] { run }, "undo", "ended Failed"], _work.Calls);
    }

    [Fact]
    public async Task Job_ThatFailsForGood_IsTriedOnce()
    {
        _work.Do = _ => throw new InvalidOperationException("a wrong file");
        var failed = await UntilAsync(await AddAsync(), j => j.State == WorkState.Failed);
        Assert.Equal("in words: a wrong file", failed.Error);
        Assert.Equal(["run 1", "undo", "ended Failed"], _work.Calls);
    }

    [Fact]
    public async Task Job_ThatGotOnSinceItsLastTry_HasAllItsTriesAgain()
    {
        var writes = _portal.Services.GetRequiredService<WriteQueue>();
        _work.Do = async turn =>
        {
            await writes.WriteAsync((db, token) => turn.ShowAsync(db, 3, 9, gotOn: true, token), CancellationToken.None);
            throw new IOException("the disk is full");
        };
        var id = await AddAsync(j => j.Tries = JobStore.MostTries - 1);
        var waiting = await UntilAsync(id, j => j.State == WorkState.Queued && j.Error != null);
        Assert.Equal((1, 3, 9), (waiting.Tries, waiting.Done, waiting.Total));
    }

    [Fact]
    public async Task Job_CancelledWhileItWaits_EndsWithoutARun()
    {
        var id = await AddAsync(j => (j.DueAt, j.CancelRequested) = (long.MaxValue, true));
        await UntilAsync(id, j => j.State == WorkState.Cancelled);
        Assert.Equal(["undo", "ended Cancelled"], _work.Calls);
    }

    [Fact]
    public async Task Job_OfAPortalThatStops_IsLetGoOf()
    {
        var begun = new SemaphoreSlim(0);
        _work.Do = async _ => { begun.Release(); await Task.Delay(Timeout.Infinite, _work.Cancellation); };
        var id = await AddAsync();
        await begun.WaitAsync(Patience.Long);
        var runner = _portal.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<JobRunner>().Single();

        await runner.StopAsync(CancellationToken.None);

        var job = await FindAsync(id);
        Assert.Equal((WorkState.Queued, null, 0), (job.State, job.Owner, job.Tries));
        Assert.Equal(["run 1"], _work.Calls);
    }

    private Task<int> AddAsync(Action<Job>? change = null) => _portal.AddJobAsync(change);

    private Task<Job> FindAsync(int id) => _portal.FindJobAsync(id);

    private async Task<Job> UntilAsync(int id, Func<Job, bool> reached)
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        while (true)
        {
            var job = await FindAsync(id);
            // what follows the end is part of it
            if (reached(job) && (job.FinishedAt is null || _work.Calls.LastOrDefault()?.StartsWith("ended") == true)) return job;
            await Task.Delay(5, limit.Token);
        }
    }

    private sealed class MadeUpWork : IJobWork
    {
        private readonly List<string> _calls = [];

        public Func<JobTurn, Task> Do { get; set; } = _ => Task.CompletedTask;

        public CancellationToken Cancellation { get; private set; }

        public IReadOnlyList<string> Calls { get { lock (_calls) return [.. _calls]; } }

        public JobKind Kind => JobKind.Import;

        public int Places => 2;

        public Task RunAsync(JobTurn turn, CancellationToken cancellation)
        {
            Cancellation = cancellation;
            Add($"run {turn.Job.Tries}");
            return Do(turn);
        }

        public Task UndoAsync(Job job, CancellationToken cancellation) => Add("undo");

        public Task EndedAsync(Job job, WorkState state, CancellationToken cancellation) => Add($"ended {state}");

        public string ReasonOf(Exception failure) => $"in words: {failure.Message}";

        public bool IsExpected(Exception failure) => true;

        private Task Add(string call)
        {
            lock (_calls) _calls.Add(call);
            return Task.CompletedTask;
        }
    }
}
