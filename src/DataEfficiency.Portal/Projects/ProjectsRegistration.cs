using DataEfficiency.Portal.Importing;

namespace DataEfficiency.Portal.Projects;

public static class ProjectsRegistration
{
    public static void AddProjects(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ProjectModels>();
        services.AddSingleton<ProjectRemoval>();
        services.AddSingleton<ProjectService>();
        services.AddSingleton<ProjectStates>();
        services.AddSingleton<ProjectCards>();
        services.AddSingleton<ProjectMembers>();
        services.AddSingleton<SampleProject>();
        services.AddSingleton<IPoolGrown, PoolFollowUp>();
        services.AddSingleton<IProjectChanged, PoolFollowUp>();
        services.AddHostedService<ProjectRemovalWorker>();
    }
}
