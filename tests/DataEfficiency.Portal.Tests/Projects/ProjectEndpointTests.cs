using System.Net;
using System.Net.Http.Json;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Xunit;

namespace DataEfficiency.Portal.Tests.Projects;

/// <summary>Projects and members for programs.</summary>
public sealed class ProjectEndpointTests(PeopledPortal portal) : IClassFixture<PeopledPortal>
{
    [Theory]
    [InlineData("lead", "lead"), InlineData("reviewer", "reviewer"), InlineData("annotator", "annotator"), InlineData("viewer", "viewer")]
    [InlineData("admin", "lead"), InlineData("stranger", null)]
    public async Task Projects_OfAPerson_AreThoseWithARole(string person, string? role)
    {
        using var client = await portal.WithTokenAsync(portal.People[person].Id);

        var reply = (await client.GetFromJsonAsync<ProjectEndpoints.ProjectsReply>("/api/v1/projects"))!;

        Assert.Equal(role, reply.Items.SingleOrDefault(p => p.Id == portal.Project.Id)?.Role);
        Assert.Null(reply.Next);
    }

    [Fact]
    public async Task Members_AreSetListedAndRemovedByALead_AndTheLastLeadStays()
    {
        var project = (await portal.AddProjectAsync("members")).Id;
        var lead = await portal.AddPersonAsync("members-lead");
        await portal.AddMemberAsync(project, lead.Id, ProjectRole.Lead);
        var vera = await portal.AddPersonAsync("vera");
        using var client = await portal.WithTokenAsync(lead.Id);
        var members = $"/api/v1/projects/{project}/members";

        using var added = await client.PutAsJsonAsync(members, new { userName = "vera", role = "viewer" });
        Assert.Equal(HttpStatusCode.NoContent, added.StatusCode);
        Assert.Equal([("members-lead", "lead"), ("vera", "viewer")],
            (await client.GetFromJsonAsync<ProjectEndpoints.MemberReply[]>(members))!.Select(m => (m.UserName, m.Role)));
        using var unknown = await client.PutAsJsonAsync(members, new { userName = "vera", role = "owner" });
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        using var two = await client.PutAsJsonAsync(members, new { userName = "vera", role = "lead, annotator" });
        Assert.Equal(HttpStatusCode.BadRequest, two.StatusCode);
        using var nobody = await client.PutAsJsonAsync(members, new { userName = "nobody", role = "viewer" });
        Assert.Equal(HttpStatusCode.Conflict, nobody.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"{members}/{vera.Id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await client.DeleteAsync($"{members}/{lead.Id}")).StatusCode);
    }
}
