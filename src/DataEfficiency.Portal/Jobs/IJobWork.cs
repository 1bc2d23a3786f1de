using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Jobs;

/// <summary>What one kind of job does. When it runs, how often it is tried and what becomes of it is <see cref="JobRunner"/>'s.</summary>
public interface IJobWork
{
    JobKind Kind { get; }

    /// <summary>How many of them run at once in this process.</summary>
    int Places { get; }

    /// <summary>Does the job to its end, from where its rows say that it stood. Marks it done in its own last transaction
    /// (<see cref="JobTurn.EndAsync"/>), so that nothing is done twice.</summary>
    /// <exception cref="JobCancelledException">Somebody asked for its end.</exception>
    Task RunAsync(JobTurn turn, CancellationToken cancellation);

    /// <summary>Takes back what is left of a job that was cancelled or failed for good, before its row says so. May be called again.
    /// </summary>
    Task UndoAsync(Job job, CancellationToken cancellation);

    /// <summary>After the job's end was stored.</summary>
    /// <param name="state">How it ended.</param>
    Task EndedAsync(Job job, WorkState state, CancellationToken cancellation);

    /// <summary>Why it failed, for whoever reads the page: as <see cref="Sentences.StoredSaid"/> keeps it.</summary>
    string ReasonOf(Exception failure);

    /// <summary>Whether that is the doing of whoever asked for the job, and nothing for the log.</summary>
    bool IsExpected(Exception failure);
}
