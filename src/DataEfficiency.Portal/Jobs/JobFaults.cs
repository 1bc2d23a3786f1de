namespace DataEfficiency.Portal.Jobs;

/// <summary>Somebody asked for the job's end, or its project is gone.</summary>
public sealed class JobCancelledException() : Exception("The job was cancelled.");

/// <summary>The job is another runner's by now: whatever this one still does for it must not be stored.</summary>
public sealed class JobLostException(int job) : Exception($"Job {job} is not this runner's any more.");

/// <summary>The process ended under the job again and again, without its getting on.</summary>
public sealed class JobGivenUpException(int tries) : Exception($"The portal ended {tries} times while this ran.")
{
    public int Tries => tries;
}
