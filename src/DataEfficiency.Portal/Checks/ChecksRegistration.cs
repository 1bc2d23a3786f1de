using DataEfficiency.Portal.Jobs;

namespace DataEfficiency.Portal.Checks;

public static class ChecksRegistration
{
    /// <summary>Before whatever runs the engine thread.</summary>
    public static void AddChecks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<CheckFolders>();
        services.AddSingleton<CheckFeed>();
        services.AddSingleton<CheckStore>();
        services.AddSingleton<CheckJobs>();
        services.AddSingleton<CheckWork>();
        services.AddSingleton<IJobWork>(provider => provider.GetRequiredService<CheckWork>());
        services.AddSingleton<CheckRun>();
        services.AddSingleton<CheckPlanner>();
    }
}
