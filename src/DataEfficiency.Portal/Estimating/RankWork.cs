using System.Collections.Concurrent;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Prompts;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// Rankings as jobs. The runner hands them over to the engine thread, which is the only one that ranks and has its own order among them
/// (<see cref="RankRun"/>), and hears from it when one has ended.
/// </summary>
public sealed class RankWork(EstimateQueue queue, ForecastPublisher publisher) : IJobWork
{
    private readonly ConcurrentDictionary<int, Handed> _handed = [];

    internal sealed record Handed(JobTurn Turn, TaskCompletionSource Ended);

    /// <summary>Rankings that wait for the engine thread or are under way there.</summary>
    internal IReadOnlyCollection<Handed> All => [.. _handed.Values];

    public JobKind Kind => JobKind.Ranking;

    // they wait for the engine, not for each other: a small pool does not wait behind a large one
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

    // what was ranked so far is kept: the next ranking with the same prompt goes on behind it
    public Task UndoAsync(Job job, CancellationToken cancellation) => Task.CompletedTask;

    public Task EndedAsync(Job job, WorkState state, CancellationToken cancellation) => publisher.PublishAsync(job.OfProject, cancellation);

    public bool IsExpected(Exception failure) => false;

    public string ReasonOf(Exception failure) => failure switch
    {
        JobGivenUpException up => EstimatingWords.PortalEndedWhileRanking(up.Tries).ToJson(),
        _ => EngineFailure.Stored(failure),
    };
}
