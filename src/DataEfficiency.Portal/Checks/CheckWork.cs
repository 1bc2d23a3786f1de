using System.Collections.Concurrent;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Prompts;

namespace DataEfficiency.Portal.Checks;

/// <summary>
/// Checks as jobs. The runner hands them over to the engine thread (<see cref="CheckRun"/>), which does one after the other, and hears
/// from it when one has ended.
/// </summary>
public sealed class CheckWork(EstimateQueue queue, CheckStore store, CheckFolders folders, CheckFeed feed, ForecastPublisher publisher)
    : IJobWork
{
    private readonly ConcurrentDictionary<int, Handed> _handed = [];

    internal sealed record Handed(JobTurn Turn, TaskCompletionSource Ended);

    /// <summary>Checks that wait for the engine thread or are under way there, the oldest first.</summary>
    internal IReadOnlyList<Handed> All => [.. _handed.Values.Where(h => !h.Ended.Task.IsCompleted).OrderBy(h => h.Turn.Job.Id)];

    public JobKind Kind => JobKind.Check;

    // they wait for the engine
    public int Places => int.MaxValue;

    public async Task RunAsync(JobTurn turn, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _handed[turn.Job.Id] = new(turn, ended);
        queue.Wake();
        try
        {
            await ended.Task.WaitAsync(cancellation);
        }
        finally
        {
            _handed.TryRemove(turn.Job.Id, out _);
        }
    }

    /// <summary>A check that was given up leaves nothing that could be gone on with.</summary>
    public async Task UndoAsync(Job job, CancellationToken cancellation)
    {
        // the engine thread may be in the middle of a step
        queue.Wake();
        if (await store.IdAsync(job.Id, cancellation) is { } check) folders.Remove(check);
    }

    public async Task EndedAsync(Job job, WorkState state, CancellationToken cancellation)
    {
        feed.End(job.OfProject);
        await publisher.PublishAsync(job.OfProject, cancellation);
        // the next step of the plan may be due already
        queue.Ring(job.OfProject);
    }

    public bool IsExpected(Exception failure) => failure is CheckRefusedException;

    public string ReasonOf(Exception failure) => failure switch
    {
        JobGivenUpException up => ChecksWords.PortalEnded(up.Tries).ToJson(),
        OutOfMemoryException => ChecksWords.NoMemory.ToJson(),
        _ => EngineFailure.Stored(failure),
    };
}
