namespace DataEfficiency.Portal.Storage;

/// <summary>
/// Work that outlives the request that asked for it. Whoever runs it holds a lease and renews it; a runner that died loses it, and the next
/// one goes on where the rows say.
/// </summary>
public sealed class Job
{
    public int Id { get; set; }
    public JobKind Kind { get; set; }
    /// <summary>Null: work on a model, which is no project's.</summary>
    public int? ProjectId { get; set; }
    public WorkState State { get; set; }
    /// <summary>The process that runs it; null: none.</summary>
    public string? Owner { get; set; }
    /// <summary>Until then nobody but <see cref="Owner"/> touches a running job.</summary>
    public long LeaseUntil { get; set; }
    /// <summary>How much of <see cref="Total"/> is done, in the kind's own unit: bytes of a file, items of a pool.</summary>
    public long Done { get; set; }
    public long Total { get; set; }
    /// <summary>How much of it is done in a second while it has its turn; 0: nobody measures it.</summary>
    public double Speed { get; set; }
    /// <summary>What the kind needs to know and no row of its own holds; JSON.</summary>
    public string Payload { get; set; } = "";
    /// <summary>How often it was begun since it last got on.</summary>
    public int Tries { get; set; }
    /// <summary>A queued job is not begun before: one that failed for a passing reason waits.</summary>
    public long DueAt { get; set; }
    public bool CancelRequested { get; set; }
    /// <summary>Why it failed; of a queued one, why it waits. As <see cref="Sentences.StoredSaid"/> keeps it.</summary>
    public string? Error { get; set; }
    public long CreatedAt { get; set; }
    public long? StartedAt { get; set; }
    public long? FinishedAt { get; set; }

    /// <summary>Of a job that is a project's, as all are but calibrations.</summary>
    internal int OfProject => ProjectId ?? throw new InvalidOperationException($"Job {Id} ({Kind}) is no project's.");
}
