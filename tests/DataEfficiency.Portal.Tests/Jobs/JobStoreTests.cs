using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace DataEfficiency.Portal.Tests.Jobs;

/// <summary>Leases between two processes; the portal's own runner has nothing to run.</summary>
public sealed class JobStoreTests : IDisposable
{
    private readonly ManualTime _clock = new();
    private readonly PortalFactory _portal = new() { ConfigureServices = services => services.RemoveAll<IJobWork>() };

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task Claim_OfAJobThatAnotherHas_WaitsUntilItsLeaseHasRunOut()
    {
        var id = await _portal.AddJobAsync();
        var (one, other) = (Store(), Store());
        Assert.Equal(id, (await ClaimAsync(one))!.Id);
        Assert.Null(await ClaimAsync(other));

        // one that lives renews it
        _clock.Advance(JobStore.Lease - TimeSpan.FromSeconds(1));
        await one.RenewAsync([id], default);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(await ClaimAsync(other));

        _clock.Advance(JobStore.Lease);
        Assert.Equal((id, 2), await ClaimAsync(other) is { } taken ? (taken.Id, taken.Tries) : default);
        await one.RenewAsync([id], default);
        Assert.Equal(other.Owner, (await _portal.FindJobAsync(id)).Owner);
    }

    [Fact]
    public async Task Turn_WhoseLeaseAnotherTook_StoresNothing()
    {
        var id = await _portal.AddJobAsync();
        var (one, other) = (Store(), Store());
        var turn = new JobTurn((await ClaimAsync(one))!, one.Owner, _clock);
        _clock.Advance(2 * JobStore.Lease);
        await ClaimAsync(other);

        await Assert.ThrowsAsync<JobLostException>(() => WriteAsync(turn.GoOnAsync));
        await WriteAsync((db, token) => turn.ShowAsync(db, 5, 5, gotOn: true, token));
        await WriteAsync(turn.EndAsync);
        await one.EndAsync(id, WorkState.Failed, "late", default);
        await one.ReleaseAsync(id);

        var job = await _portal.FindJobAsync(id);
        Assert.Equal((WorkState.Running, other.Owner, 0, null), (job.State, job.Owner, job.Done, job.Error));
    }

    [Fact]
    public async Task Start_AfterAKill_TakesThisMachinesJobsAtOnceAndNoOthers()
    {
        var (here, there) = (await RunningAsync($"{Environment.MachineName}/dead"), await RunningAsync("another/alive"));
        var store = Store();
        Assert.Null(await ClaimAsync(store));

        await store.ForsakeAsync(default);

        Assert.Equal(here, (await ClaimAsync(store))!.Id);
        Assert.Null(await ClaimAsync(store));
        Assert.Equal("another/alive", (await _portal.FindJobAsync(there)).Owner);
    }

    [Fact]
    public void Pauses_GrowWithTheTries() =>
        Assert.Equal([1, 4, 16, 64], Enumerable.Range(1, 4).Select(n => JobStore.PauseAfter(n).TotalSeconds));

    private Task<int> RunningAsync(string owner) => _portal.AddJobAsync(j =>
        (j.Kind, j.State, j.Owner, j.LeaseUntil) = (JobKind.Ranking, WorkState.Running, owner, long.MaxValue));

    private JobStore Store() => new(_portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(),
        _portal.Services.GetRequiredService<WriteQueue>(), _clock);

    private static Task<Job?> ClaimAsync(JobStore store) => store.ClaimAsync([JobKind.Import, JobKind.Ranking], [], default);

    private Task WriteAsync(Func<AppDbContext, CancellationToken, Task> work) =>
        _portal.Services.GetRequiredService<WriteQueue>().WriteAsync(work, default);
}
