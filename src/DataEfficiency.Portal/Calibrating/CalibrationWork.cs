using System.Collections.Concurrent;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Prompts;

namespace DataEfficiency.Portal.Calibrating;

/// <summary>
/// Calibrations as jobs. The runner hands them over to the engine thread (<see cref="CalibrationTurns"/>), and hears from it when one has
/// ended.
/// </summary>
public sealed class CalibrationWork(EstimateQueue queue, CalibrationFeed feed) : IJobWork
{
    private readonly ConcurrentDictionary<int, Handed> _handed = [];

    internal sealed record Handed(JobTurn Turn, CalibrationAsk Ask, TaskCompletionSource Ended);

    /// <summary>Calibrations that wait for the engine thread or are under way there, the oldest first.</summary>
    internal IReadOnlyList<Handed> All => [.. _handed.Values.Where(h => !h.Ended.Task.IsCompleted).OrderBy(h => h.Turn.Job.Id)];

    public JobKind Kind => JobKind.Calibration;

    // they wait for the engine
    public int Places => int.MaxValue;

    public async Task RunAsync(JobTurn turn, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _handed[turn.Job.Id] = new(turn, CalibrationAsk.FromJson(turn.Job.Payload), ended);
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

    // what it finished is kept: the next of its kind goes on behind it
    public Task UndoAsync(Job job, CancellationToken cancellation)
    {
        queue.Wake();
        return Task.CompletedTask;
    }

    public Task EndedAsync(Job job, WorkState state, CancellationToken cancellation)
    {
        feed.End(CalibrationAsk.FromJson(job.Payload).Model);
        return Task.CompletedTask;
    }

    public bool IsExpected(Exception failure) => failure is SaidException;

    public string ReasonOf(Exception failure) => failure switch
    {
        JobGivenUpException up => CalibratingWords.PortalEnded(up.Tries).ToJson(),
        OutOfMemoryException => CalibratingWords.NoMemory.ToJson(),
        _ => EngineFailure.Stored(failure),
    };
}
