using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>
/// Section 17, IDOR and mass assignment: a lead of one project asks with ids of another's rows, on every route that has a second id. A
/// route with an id that is not listed here fails, too.
/// </summary>
public sealed class ForeignIdsTests(HostilePortal portal) : IClassFixture<HostilePortal>
{
    // what would be done where the id was one's own
    private const string Body = "{\"url\":\"https://example.org/\",\"events\":[\"label.created\"],\"paused\":true}";

    [Fact]
    public async Task EveryRoute_WithAnIdOfAnotherProject_Is404AndChangesNothing()
    {
        await using var db = await portal.OpenDbAsync();
        var delivery = await portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (d, token) =>
        {
            var made = new WebhookDelivery { WebhookId = (await d.Webhooks.SingleAsync(token)).Id, Event = WebhookEvents.LabelCreated };
            d.WebhookDeliveries.Add(made);
            d.Checks.Add(new Check { ProjectId = portal.ProjectId, Model = "fake", ModelSha256 = "f00d",
                Job = new Job { Kind = JobKind.Check, ProjectId = portal.ProjectId, State = WorkState.Done } });
            await d.SaveChangesAsync(token);
            return made.Id;
        }, CancellationToken.None);
        var export = await portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (d, token) =>
        {
            var made = new Job
            {
                Kind = JobKind.Export, ProjectId = portal.ProjectId, State = WorkState.Done,
                Payload = new ExportAsk("native", ExportWhat.Final, "", false, "nobody", Guid.NewGuid()).ToJson(),
            };
            d.Jobs.Add(made);
            await d.SaveChangesAsync(token);
            return made.Id;
        }, CancellationToken.None);
        var ids = new Dictionary<string, string>
        {
            ["import"] = $"{(await db.Imports.SingleAsync()).Id}", ["hook"] = $"{(await db.Webhooks.SingleAsync()).Id}",
            ["delivery"] = $"{delivery}", ["view"] = $"{(await db.SavedViews.SingleAsync()).Id}",
            ["item"] = $"{(await db.Items.FirstAsync(i => i.ProjectId == portal.ProjectId)).Id}", ["undo"] = $"{Guid.NewGuid()}",
            ["export"] = $"{export}",
            ["check"] = $"{(await db.Checks.SingleAsync()).Id}", ["label"] = $"{(await db.Labels.FirstAsync()).Id}",
            ["person"] = (await db.Users.SingleAsync(u => u.UserName == HostileWords.Annotator)).Id,
        };
        var own = await portal.AddProjectAsync("own");
        var stranger = await portal.AddPersonAsync("stranger");
        await portal.AddMemberAsync(own.Id, stranger.Id, ProjectRole.Lead);
        var client = await portal.WithTokenAsync(stranger.Id);
        var before = await StateAsync();
        List<string> wrong = [];

        foreach (var (pattern, method) in Endpoints.Of(portal).Where(e => e.Pattern.StartsWith("/api/", StringComparison.Ordinal)
            && Regex.Count(e.Pattern, "{") > 1 && !e.Pattern.EndsWith("{format}", StringComparison.Ordinal)).Order())
        {
            var path = Regex.Replace(pattern, "{([^}:]+)(:[^}]*)?}", m => m.Groups[1].Value == "id" ? $"{own.Id}" : ids[m.Groups[1].Value]);
            using var request = new HttpRequestMessage(new(method), path);
            if (method != "GET") request.Content = new StringContent(Body, Encoding.UTF8, "application/json");
            using var answer = await client.SendAsync(request);
            // whom nobody knows here is as good as gone already
            var expected = pattern.EndsWith("{person}", StringComparison.Ordinal) ? HttpStatusCode.NoContent : HttpStatusCode.NotFound;
            if (answer.StatusCode != expected) wrong.Add($"{method} {pattern}: {(int)answer.StatusCode}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, await StateAsync());
    }

    /// <summary>What the other project's lead would miss.</summary>
    private async Task<string> StateAsync()
    {
        await using var db = await portal.OpenDbAsync();
        var hook = await db.Webhooks.AsNoTracking().SingleAsync();
        return $"{await db.SavedViews.CountAsync()} {hook.Url} {hook.Events} {hook.PausedAt} {hook.RemovedAt} "
            + $"{await db.Jobs.CountAsync(j => j.CancelRequested)} {await db.WebhookDeliveries.CountAsync()} "
            + $"{await db.Memberships.CountAsync(m => m.ProjectId == portal.ProjectId)} "
            + $"{await db.Labels.CountAsync(l => l.ProjectId == portal.ProjectId && !l.Retired)}";
    }

    [Fact]
    public async Task Form_WithFieldsThatItDoesNotHave_SetsWhatItShowsOnly()
    {
        var browser = await portal.SignedInAsync(HostileWords.Annotator);
        await using var db = await portal.OpenDbAsync();
        var before = await db.Users.AsNoTracking().SingleAsync(u => u.UserName == HostileWords.Annotator);
        var fields = new Dictionary<string, string> { ["Name"] = "new name", ["Input.DisplayName"] = "new name" };
        foreach (var owner in new[] { "", "Input.", "User.", "Person.", "Model." })
            foreach (var (field, value) in new[] { ("Id", "1"), ("UserName", "admin"), ("PasswordHash", "x"), ("SecurityStamp", "x"),
                ("Roles", "Admin"), ("GlobalRole", "Admin"), ("IsExternal", "true"), ("DeactivatedAt", "1"), ("LockoutEnabled", "false") })
                fields[owner + field] = value;

        using var answer = await PortalFactory.PostFormAsync(browser, "/account", "profile", fields);

        var after = await db.Users.AsNoTracking().SingleAsync(u => u.Id == before.Id);
        Assert.Equal("new name", after.DisplayName);
        Assert.Equal((before.UserName, before.PasswordHash, before.SecurityStamp, false, null, true),
            (after.UserName, after.PasswordHash, after.SecurityStamp, after.IsExternal, after.DeactivatedAt, after.LockoutEnabled));
        Assert.Equal(0, await db.UserRoles.CountAsync(r => r.UserId == before.Id));
    }

    [Fact]
    public async Task Request_WithFieldsThatItDoesNotHave_SetsWhatItListsOnly()
    {
        await using var db = await portal.OpenDbAsync();
        var lead = await db.Users.SingleAsync(u => u.UserName == HostileWords.Lead);
        var client = await portal.WithTokenAsync(lead.Id);

        using var answer = await client.PostAsync($"/api/v1/projects/{portal.ProjectId}/views", new StringContent($$"""
            {"name":"mine","query":"status=open","shared":false,"id":4711,"userId":"somebody","projectId":999,"createdAt":1}
            """, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var view = await db.SavedViews.SingleAsync(v => v.Name == "mine");
        Assert.Equal((lead.Id, portal.ProjectId, true), (view.UserId, view.ProjectId, view.Id != 4711 && view.CreatedAt > 1));
        await db.SavedViews.Where(v => v.Id == view.Id).ExecuteDeleteAsync();
    }
}
