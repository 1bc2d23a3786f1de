using System.Net;
using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

/// <summary>Rights end when they are taken, and nobody gets more by a link than its maker has at that moment.</summary>
public sealed class RightsTests : IAsyncLifetime
{
    private readonly PortalFactory _portal = new();
    private AppUser _admin = null!, _lead = null!, _ben = null!;
    private Project _own = null!, _foreign = null!;

    private AccountLinks Links => _portal.Services.GetRequiredService<AccountLinks>();

    private ProjectMembers Members => _portal.Services.GetRequiredService<ProjectMembers>();

    private People Directory => _portal.Services.GetRequiredService<People>();

    private static ClaimsPrincipal As(AppUser user) => TestPrincipal.Of(user);

    public async Task InitializeAsync()
    {
        _admin = await _portal.AddPersonAsync("admin", GlobalRoles.Admin);
        _lead = await _portal.AddPersonAsync("lead");
        _ben = await _portal.AddPersonAsync("ben");
        (_own, _foreign) = (await _portal.AddProjectAsync("own"), await _portal.AddProjectAsync("foreign"));
        await _portal.AddMemberAsync(_own.Id, _lead.Id, ProjectRole.Lead);
    }

    public Task DisposeAsync() => _portal.DisposeAsync().AsTask();

    [Fact]
    public async Task Lead_AddsAPersonOfAnotherProject_CannotResetTheirPassword()
    {
        await _portal.AddMemberAsync(_foreign.Id, _ben.Id, ProjectRole.Annotator);

        Assert.Null(await Members.AddAsync(As(_lead), _own.Id, "ben", ProjectRole.Annotator));

        Assert.NotNull((await Links.ResetAsync(As(_lead), _ben.Id)).Refusal);
        Assert.NotNull((await Links.ResetAsync(As(_admin), _ben.Id)).Secret);
    }

    [Fact]
    public async Task Lead_ResetOfAnOwnAnnotator_IsVoidOnceThatPersonHasMore()
    {
        await _portal.AddMemberAsync(_own.Id, _ben.Id, ProjectRole.Annotator);
        var secret = (await Links.ResetAsync(As(_lead), _ben.Id)).Secret!;
        await _portal.AddMemberAsync(_foreign.Id, _ben.Id, ProjectRole.Annotator);

        Assert.Null(await Links.FindAsync(secret));
        Assert.NotEmpty(await Links.SetPasswordAsync(secret, "another long one"));
        await _portal.SignedInAsync("ben");
    }

    [Fact]
    public async Task Admin_ResetMadeByALead_EndsWhenThePersonBecomesAdmin()
    {
        await _portal.AddMemberAsync(_own.Id, _ben.Id, ProjectRole.Annotator);
        var secret = (await Links.ResetAsync(As(_lead), _ben.Id)).Secret!;

        Assert.Null(await Directory.SetGlobalRoleAsync(As(_admin), _ben.Id, GlobalRoles.Admin));

        Assert.NotEmpty(await Links.SetPasswordAsync(secret, "another long one"));
    }

    [Fact]
    public async Task Invitation_OfALeadWhoWasRemoved_IsVoid()
    {
        await _portal.AddMemberAsync(_own.Id, _ben.Id, ProjectRole.Lead);
        var secret = (await Links.InviteAsync(As(_lead), null, _own.Id, ProjectRole.Lead)).Secret!;

        Assert.Null(await Members.RemoveAsync(As(_ben), _own.Id, _lead.Id));

        Assert.NotEmpty(await Links.AcceptAsync(secret, "Lea", "lead-again", PortalFactory.Password));
    }

    [Fact]
    public async Task Invitation_OfAnAdminWhoWasDemoted_IsVoid()
    {
        await Directory.SetGlobalRoleAsync(As(_admin), _ben.Id, GlobalRoles.Admin);
        await using var read = await _portal.OpenDbAsync();
        var signedInAnew = As(await read.Users.SingleAsync(u => u.Id == _ben.Id));
        var secret = (await Links.InviteAsync(signedInAnew, GlobalRoles.Admin, null, null)).Secret!;

        // the row stays where the role goes by another way than the page's
        await _portal.Services.GetRequiredService<WriteQueue>().WriteAsync(
            (db, token) => db.UserRoles.Where(r => r.UserId == _ben.Id).ExecuteDeleteAsync(token), CancellationToken.None);

        Assert.NotEmpty(await Links.AcceptAsync(secret, "Eve", "eve", PortalFactory.Password));
    }

    [Theory]
    [InlineData("role"), InlineData("removed"), InlineData("deactivated"), InlineData("reset"), InlineData("demoted"),
        InlineData("own password")]
    public async Task Rights_Changed_EndLinksTokensAndCookies(string how)
    {
        await _portal.AddMemberAsync(_own.Id, _ben.Id, ProjectRole.Lead);
        var browser = await _portal.SignedInAsync("ben");
        var program = await _portal.WithTokenAsync(_ben.Id);
        var invitation = (await Links.InviteAsync(As(_ben), null, _own.Id, ProjectRole.Annotator)).Secret!;
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/antiforgery")).StatusCode);
        var told = new List<string>();
        _portal.Services.GetRequiredService<RightsChanges>().Changed += told.Add;

        var refusal = how switch
        {
            "role" => await Directory.SetGlobalRoleAsync(As(_admin), _ben.Id, GlobalRoles.Lead),
            "removed" => await Members.RemoveAsync(As(_lead), _own.Id, _ben.Id),
            "demoted" => await Members.SetAsync(As(_lead), _own.Id, _ben.Id, ProjectRole.Annotator),
            "deactivated" => await Directory.SetDeactivatedAsync(As(_admin), _ben.Id, true),
            "own password" => await ChangePasswordAsync(),
            _ => (await Links.SetPasswordAsync((await Links.ResetAsync(As(_admin), _ben.Id)).Secret!, "another long one")).FirstOrDefault(),
        };

        Assert.Null(refusal);
        Assert.Equal([_ben.Id], told);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/account")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("/api/v1/antiforgery")).StatusCode);
        Assert.Null(await Links.FindAsync(invitation));
    }

    // in another browser, which goes on
    private async Task<string?> ChangePasswordAsync()
    {
        var own = await _portal.SignedInAsync("ben");
        var answer = await PortalFactory.PostFormAsync(own, "/account", "password",
            new() { ["Input.Current"] = PortalFactory.Password, ["Input.New"] = "another long one" });
        Assert.Contains("The password is changed", await answer.Content.ReadAsStringAsync());
        return (await own.GetAsync("/account")).StatusCode == HttpStatusCode.OK ? null : "signed out";
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Invitation_OfAProjectThatWasDeleted_IsVoidBeforeItsRowsGo(bool byAdmin)
    {
        var secret = (await Links.InviteAsync(As(byAdmin ? _admin : _lead), null, _own.Id, ProjectRole.Annotator)).Secret!;
        await _portal.Services.GetRequiredService<WriteQueue>().WriteAsync((db, token) => db.Projects.Where(p => p.Id == _own.Id)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.DeletedAt, 1), token), CancellationToken.None);

        Assert.NotEmpty(await Links.AcceptAsync(secret, "Eve", "eve", PortalFactory.Password));
        Assert.False(await _portal.Services.GetRequiredService<ProjectAccess>().LeadsAnythingAsync(As(_lead)));
        Assert.NotNull((await Links.ResetAsync(As(_lead), _ben.Id)).Refusal);
    }

    [Fact]
    public async Task Reset_Used_EndsPasskeysThatSomebodyElseMayHavePutThere()
    {
        await _portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            db.UserPasskeys.Add(new IdentityUserPasskey<string>
            {
                UserId = _ben.Id, CredentialId = [1], Data = new() { PublicKey = [1], AttestationObject = [1], ClientDataJson = [1] },
            });
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);

        Assert.Empty(await Links.SetPasswordAsync((await Links.ResetAsync(As(_admin), _ben.Id)).Secret!, "another long one"));

        await using var db = await _portal.OpenDbAsync();
        Assert.Equal(0, await db.UserPasskeys.CountAsync());
    }

    [Fact]
    public void Changes_AfterTheClockWasSetBack_AreSeenAllTheSame()
    {
        var clock = new Labeling.ManualTime();
        var rights = new RightsChanges(clock);
        clock.Advance(TimeSpan.FromHours(2));
        var checkedAt = clock.GetUtcNow();
        Assert.False(rights.IsSince("ben", checkedAt));

        clock.Advance(TimeSpan.FromHours(-1));
        rights.Announce("ben");

        Assert.True(rights.IsSince("ben", checkedAt));
        clock.Advance(TimeSpan.FromHours(2));
        Assert.True(rights.IsSince("ben", checkedAt));
        Assert.False(rights.IsSince("ada", checkedAt));
    }

    [Fact]
    public async Task Admins_TwoDemoteEachOtherAtOnce_OneStays()
    {
        await Directory.SetGlobalRoleAsync(As(_admin), _ben.Id, GlobalRoles.Admin);

        var results = await Task.WhenAll(Directory.SetGlobalRoleAsync(As(_admin), _ben.Id, null),
            Directory.SetGlobalRoleAsync(As(_ben), _admin.Id, null));

        Assert.Single(results, r => r is null);
        await using var db = await _portal.OpenDbAsync();
        Assert.Single(await db.UserRoles.ToListAsync());
    }

    [Fact]
    public async Task Membership_LastLead_StaysWhoeverAsksAndHoweverManyAtOnce()
    {
        await _portal.AddMemberAsync(_own.Id, _ben.Id, ProjectRole.Lead);

        var results = await Task.WhenAll(Members.RemoveAsync(As(_admin), _own.Id, _lead.Id),
            Members.SetAsync(As(_admin), _own.Id, _ben.Id, ProjectRole.Annotator));

        Assert.Single(results, r => r is null);
        Assert.Contains(results, r => r?.Contains("last lead", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Membership_OfARoleThatThereIsNot_IsRefused()
    {
        Assert.NotNull(await Members.SetAsync(As(_lead), _own.Id, _ben.Id, (ProjectRole)7));
        Assert.NotNull((await Links.InviteAsync(As(_admin), null, _own.Id, (ProjectRole)7)).Refusal);
    }

    [Fact]
    public async Task Lead_ChoosingPeople_SeesThoseOfOwnProjectsOnly()
    {
        var stranger = await _portal.AddPersonAsync("stranger");
        var second = await _portal.AddProjectAsync("second");
        await _portal.AddMemberAsync(second.Id, _lead.Id, ProjectRole.Lead);
        await _portal.AddMemberAsync(second.Id, _ben.Id, ProjectRole.Annotator);

        Assert.Equal(["ben"], (await Members.OthersAsync(As(_lead), _own.Id)).Select(u => u.UserName));
        Assert.Contains(stranger.Id, (await Members.OthersAsync(As(_admin), _own.Id)).Select(u => u.Id));
        Assert.Null(await Members.AddAsync(As(_lead), _own.Id, " Stranger ", ProjectRole.Annotator));
    }

    [Fact]
    public async Task Changes_OfRightsLinksAndMembers_AreInTheAudit()
    {
        await Members.AddAsync(As(_lead), _own.Id, "ben", ProjectRole.Annotator);
        await Links.ResetAsync(As(_lead), _ben.Id);
        await Directory.SetGlobalRoleAsync(As(_admin), _ben.Id, GlobalRoles.Lead);
        await Members.RemoveAsync(As(_lead), _own.Id, _ben.Id);
        await Directory.SetDeactivatedAsync(As(_admin), _ben.Id, true);

        await using var db = await _portal.OpenDbAsync();
        Assert.Equal(["member.set", "link.made", "role.set", "member.removed", "person.deactivated"],
            await db.Audit.OrderBy(a => a.Id).Select(a => a.What).ToListAsync());
    }

    [Fact]
    public async Task Invitations_EightUsedAtOnceBesideAnswers_AllWork()
    {
        var writes = _portal.Services.GetRequiredService<WriteQueue>();
        var secrets = new List<string>();
        for (var i = 0; i < 8; i++) secrets.Add((await Links.InviteAsync(As(_admin), null, _own.Id, ProjectRole.Annotator)).Secret!);

        var beside = Enumerable.Range(0, 50).Select(i => writes.WriteAsync((db, token) =>
            db.Projects.Where(p => p.Id == _own.Id).ExecuteUpdateAsync(s => s.SetProperty(p => p.Name, $"own {i}"), token),
                CancellationToken.None));
        var accepted = secrets.Select((s, i) => Task.Run(() => Links.AcceptAsync(s, $"P{i}", $"person{i}", PortalFactory.Password)));
        await Task.WhenAll(beside);

        Assert.All(await Task.WhenAll(accepted), Assert.Empty);
    }
}
