using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests;

/// <summary>A portal with one project and one person of every kind, for tests that only read.</summary>
public sealed class PeopledPortal : PortalFactory, IAsyncLifetime
{
    public Project Project { get; private set; } = null!;

    /// <summary>By user name: admin, global-lead, lead, reviewer, annotator, viewer (the last four in the project),
    /// stranger, deactivated.</summary>
    public Dictionary<string, AppUser> People { get; } = [];

    public async Task InitializeAsync()
    {
        foreach (var (name, role) in new[] { ("admin", GlobalRoles.Admin), ("global-lead", GlobalRoles.Lead), ("lead", null),
            ("reviewer", null), ("annotator", null), ("viewer", null), ("stranger", null), ("deactivated", null) })
            People[name] = await AddPersonAsync(name, role);
        Project = await AddProjectAsync();
        await AddMemberAsync(Project.Id, People["lead"].Id, ProjectRole.Lead);
        await AddMemberAsync(Project.Id, People["reviewer"].Id, ProjectRole.Reviewer);
        await AddMemberAsync(Project.Id, People["annotator"].Id, ProjectRole.Annotator);
        await AddMemberAsync(Project.Id, People["viewer"].Id, ProjectRole.Viewer);
        await AddMemberAsync(Project.Id, People["deactivated"].Id, ProjectRole.Lead);
        await Services.GetRequiredService<People>().SetDeactivatedAsync(TestPrincipal.Of(People["admin"]), People["deactivated"].Id, true);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();
}
