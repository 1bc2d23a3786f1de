namespace DataEfficiency.Portal.Jobs;

public static class JobsRegistration
{
    /// <summary>Before whatever does the work: hosted services end in the reverse order, and the runner lets go of its jobs last.</summary>
    public static void AddJobs(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<JobBell>();
        builder.Services.AddSingleton<JobStore>();
        builder.Services.AddHostedService<JobRunner>();
    }
}
