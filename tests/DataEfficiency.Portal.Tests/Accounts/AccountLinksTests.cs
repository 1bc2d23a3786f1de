using System.Net;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

public sealed class AccountLinksTests
{
    [Fact]
    public async Task Invitation_MakesAMemberOnceOnly()
    {
        await using var portal = new PortalFactory();
        var admin = await portal.AddPersonAsync("ada", GlobalRoles.Admin);
        var project = await portal.AddProjectAsync();

        var made = await portal.Services.GetRequiredService<AccountLinks>()
            .InviteAsync(TestPrincipal.Of(admin), null, project.Id, ProjectRole.Annotator);
        var path = AccountLinks.PathPrefix + made.Secret;
        var first = await AcceptAsync(portal, path, "ben");
        var second = await portal.Browser().GetAsync(path);

        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        Assert.Contains("This link does not work", await second.Content.ReadAsStringAsync());
        await using var db = await portal.OpenDbAsync();
        var ben = await db.Users.SingleAsync(u => u.UserName == "ben");
        Assert.Equal(ProjectRole.Annotator, (await db.Memberships.SingleAsync(m => m.UserId == ben.Id)).Role);
        Assert.DoesNotContain(path.Split('/')[^1], Convert.ToBase64String((await db.AccountLinks.SingleAsync()).Hash));
    }

    [Fact]
    public async Task Invitation_PasswordRefused_StaysUsable()
    {
        await using var portal = new PortalFactory();
        var secret = await InviteAsync(portal);

        var refused = await AcceptAsync(portal, AccountLinks.PathPrefix + secret, "ben", "short");
        var accepted = await AcceptAsync(portal, AccountLinks.PathPrefix + secret, "ben");

        Assert.Contains("at least 10 characters", await refused.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Redirect, accepted.StatusCode);
    }

    [Fact]
    public async Task Invitation_TwoAtOnce_OneAccount()
    {
        await using var portal = new PortalFactory();
        var secret = await InviteAsync(portal);
        var links = portal.Services.GetRequiredService<AccountLinks>();

        var results = await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(i => Task.Run(() => links.AcceptAsync(secret, "Ben", $"ben{i}", PortalFactory.Password))));

        Assert.Single(results, r => r.Count == 0);
        await using var db = await portal.OpenDbAsync();
        Assert.Equal(2, await db.Users.CountAsync());
    }

    [Fact]
    public async Task Link_AfterSevenDays_IsVoid()
    {
        var time = new ManualTime();
        await using var portal = new PortalFactory { ConfigureServices = services => services.AddSingleton<TimeProvider>(time) };
        var secret = await InviteAsync(portal);
        var links = portal.Services.GetRequiredService<AccountLinks>();

        time.Now += AccountLinks.Lifetime - TimeSpan.FromMinutes(1);
        Assert.NotNull(await links.FindAsync(secret));
        time.Now += TimeSpan.FromMinutes(2);
        Assert.Null(await links.FindAsync(secret));
        Assert.NotEmpty(await links.AcceptAsync(secret, "Ben", "ben", PortalFactory.Password));
    }

    [Fact]
    public async Task Reset_ByTheLink_NewPasswordWorksAndTheOldDoesNot()
    {
        await using var portal = new PortalFactory();
        var ada = await portal.AddPersonAsync("ada", GlobalRoles.Admin);
        var ben = await portal.AddPersonAsync("ben");
        var links = portal.Services.GetRequiredService<AccountLinks>();
        var made = await links.ResetAsync(TestPrincipal.Of(ada), ben.Id);

        var answer = await PortalFactory
            .PostFormAsync(portal.Browser(), AccountLinks.PathPrefix + made.Secret, "reset",
            new() { ["Input.Password"] = "another long one" });

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        await portal.SignedInAsync("ben", "another long one");
        await Assert.ThrowsAsync<InvalidOperationException>(() => portal.SignedInAsync("ben"));
    }

    [Fact]
    public async Task Lead_InvitesAndResets_OnlyWithinTheirProjects()
    {
        await using var portal = new PortalFactory();
        var lead = await portal.AddPersonAsync("lead");
        var annotator = await portal.AddPersonAsync("annotator");
        var stranger = await portal.AddPersonAsync("stranger");
        var admin = await portal.AddPersonAsync("admin", GlobalRoles.Admin);
        var otherLead = await portal.AddPersonAsync("other-lead");
        var own = await portal.AddProjectAsync("own");
        var foreign = await portal.AddProjectAsync("foreign");
        await portal.AddMemberAsync(own.Id, lead.Id, ProjectRole.Lead);
        foreach (var member in new[] { annotator, admin, otherLead }) await portal.AddMemberAsync(own.Id, member.Id, ProjectRole.Annotator);
        await portal.AddMemberAsync(foreign.Id, otherLead.Id, ProjectRole.Lead);
        var links = portal.Services.GetRequiredService<AccountLinks>();
        var by = TestPrincipal.Of(lead);

        Assert.NotNull((await links.InviteAsync(by, null, own.Id, ProjectRole.Lead)).Secret);
        Assert.NotNull((await links.InviteAsync(by, null, foreign.Id, ProjectRole.Annotator)).Refusal);
        Assert.NotNull((await links.InviteAsync(by, null, null, null)).Refusal);
        Assert.NotNull((await links.InviteAsync(by, GlobalRoles.Lead, own.Id, ProjectRole.Annotator)).Refusal);
        Assert.NotNull((await links.InviteAsync(TestPrincipal.Of(annotator), null, own.Id, ProjectRole.Annotator)).Refusal);

        Assert.NotNull((await links.ResetAsync(by, annotator.Id)).Secret);
        Assert.NotNull((await links.ResetAsync(by, stranger.Id)).Refusal);
        Assert.NotNull((await links.ResetAsync(by, admin.Id)).Refusal);
        Assert.NotNull((await links.ResetAsync(by, otherLead.Id)).Refusal);
    }

    private static async Task<string> InviteAsync(PortalFactory portal)
    {
        var admin = await portal.AddPersonAsync("ada", GlobalRoles.Admin);
        return (await portal.Services.GetRequiredService<AccountLinks>().InviteAsync(TestPrincipal.Of(admin), null, null, null)).Secret!;
    }

    private static Task<HttpResponseMessage> AcceptAsync(PortalFactory portal, string path, string userName,
        string password = PortalFactory.Password) =>
        PortalFactory.PostFormAsync(portal.Browser(), path, "accept",
            new() { ["Input.DisplayName"] = "Ben", ["Input.UserName"] = userName, ["Input.Password"] = password });

    private sealed class ManualTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
