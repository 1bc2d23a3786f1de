namespace DataEfficiency.Portal.Storage;

public enum WorkState { Queued, Running, Done, Failed, Cancelled }

public static class WorkStates
{
    /// <summary>It waits or runs: not ended.</summary>
    public static bool IsOpen(this WorkState state) => state is WorkState.Queued or WorkState.Running;

    /// <summary>Those that wait or run.</summary>
    public static IQueryable<Job> Open(this IQueryable<Job> jobs) =>
        jobs.Where(j => j.State == WorkState.Queued || j.State == WorkState.Running);
}
