using System.Collections.Concurrent;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;

namespace DataEfficiency.Portal.Jobs;

/// <summary>
/// The one that runs jobs, of every kind: claims what is due, renews its leases, tries again what failed for a passing reason, and says why
/// where it did not. A stop in good order lets go of its jobs; of a killed process the leases run out.
/// </summary>
internal sealed partial class JobRunner(IEnumerable<IJobWork> works, JobStore store, JobBell bell, TimeProvider clock,
    ILogger<JobRunner> log) : BackgroundService
{
    // three looks in the time of a lease, so that one that fails costs no job
    private static readonly TimeSpan Beat = JobStore.Lease / 3;

    private readonly Dictionary<JobKind, IJobWork> _works = works.ToDictionary(w => w.Kind);
    private readonly ConcurrentDictionary<int, Running> _running = [];
    private long _renewed;

    private sealed class Running(JobKind kind)
    {
        public JobKind Kind => kind;

        public Task Task { get; set; } = Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                await LookAsync(isFirst, stopping);
                await bell.WaitAsync(Beat, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // the database knows where to go on
        }
        await Task.WhenAll(_running.Values.Select(r => r.Task));
    }

    private async Task LookAsync(bool isFirst, CancellationToken stopping)
    {
        try
        {
            if (isFirst) await store.ForsakeAsync(stopping);
            if (!_running.IsEmpty && clock.GetElapsedTime(_renewed) >= Beat) await store.RenewAsync([.. _running.Keys], stopping);
            if (_running.IsEmpty || clock.GetElapsedTime(_renewed) >= Beat) _renewed = clock.GetTimestamp();
            while (await store.ClaimAsync(Free(), [.. _running.Keys], stopping) is { } job)
            {
                var running = _running[job.Id] = new Running(job.Kind);
                running.Task = Task.Run(() => RunAsync(job, stopping), CancellationToken.None);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogLookFailed(e);
        }
    }

    private List<JobKind> Free() =>
        [.. _works.Values.Where(w => _running.Values.Count(r => r.Kind == w.Kind) < w.Places).Select(w => w.Kind)];

    private async Task RunAsync(Job job, CancellationToken stopping)
    {
        try
        {
            await EndAsync(job, await TryAsync(job, stopping), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await store.ReleaseAsync(job.Id);
        }
        catch (Exception e)
        {
            // what the database did not take: the lease runs out, and whoever takes the job then goes on
            LogFailed(e, job.Id, job.Kind, job.ProjectId);
        }
        finally
        {
            _running.TryRemove(job.Id, out _);
            // a place is free
            bell.Ring();
        }
    }

    /// <returns>How it ended and why; null: it has not.</returns>
    private async Task<(WorkState State, string? Error)?> TryAsync(Job job, CancellationToken stopping)
    {
        var work = _works[job.Kind];
        try
        {
            if (job.CancelRequested) throw new JobCancelledException();
            if (job.Tries > JobStore.MostTries) throw new JobGivenUpException(JobStore.MostTries);
            await work.RunAsync(new JobTurn(job, store.Owner, clock), stopping);
            return (WorkState.Done, null);
        }
        catch (JobCancelledException)
        {
            return (WorkState.Cancelled, null);
        }
        catch (Exception e) when (e is not JobLostException && !(e is OperationCanceledException && stopping.IsCancellationRequested))
        {
            if (!work.IsExpected(e)) LogFailed(e, job.Id, job.Kind, job.ProjectId);
            if (!PassingFault.Is(e)) return (WorkState.Failed, work.ReasonOf(e));
            if (await store.PostponeAsync(job.Id, JobsWords.TriedAgainSoon(e.Message).ToJson(), stopping) is not { } pause)
                return (WorkState.Failed, work.ReasonOf(e));
            _ = bell.RingAfterAsync(pause, stopping);
            return null;
        }
    }

    private async Task EndAsync(Job job, (WorkState State, string? Error)? end, CancellationToken stopping)
    {
        if (end is not { } ended) return;
        if (ended.State != WorkState.Done) await _works[job.Kind].UndoAsync(job, stopping);
        await store.EndAsync(job.Id, ended.State, ended.Error, stopping);
        await _works[job.Kind].EndedAsync(job, ended.State, stopping);
    }

    [LoggerMessage(LogLevel.Error, "Job {Job} ({Kind}) of project {Project} failed")]
    private partial void LogFailed(Exception e, int job, JobKind kind, int? project);

    [LoggerMessage(LogLevel.Error, "Looking for jobs failed; it is tried again")]
    private partial void LogLookFailed(Exception e);
}
