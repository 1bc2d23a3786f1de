using System.Net;
using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

/// <summary>What signing out ends: that session with all that it has open, and nothing of the person's others.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly PortalFactory _portal = new();

    public void Dispose() => _portal.Dispose();

    private OpenSessions Sessions => _portal.Services.GetRequiredService<OpenSessions>();

    /// <summary>Signs in; the browser, and what a thief copies of it.</summary>
    private async Task<(HttpClient Browser, HttpClient Copy, ClaimsPrincipal Person)> SignInAsync()
    {
        var browser = _portal.Browser();
        using var page = await PortalFactory.PostFormAsync(browser, "/sign-in", "sign-in", new()
        {
            ["Input.UserName"] = "ada", ["Input.Password"] = PortalFactory.Password,
        });
        var cookie = page.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("de-session=", StringComparison.Ordinal)).Split(';')[0];
        var copy = _portal.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false });
        copy.DefaultRequestHeaders.Add("Cookie", cookie);
        var ticket = _portal.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>()
            .Get(IdentityConstants.ApplicationScheme).TicketDataFormat.Unprotect(cookie["de-session=".Length..]);
        return (browser, copy, ticket!.Principal);
    }

    private static async Task<bool> OpensAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/account");
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private static async Task SignOutAsync(HttpClient browser)
    {
        await PortalFactory.AddAntiforgeryAsync(browser);
        using var answer = await browser.PostAsync("/sign-out", null);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Fact]
    public async Task SignOut_EndsACopiedCookieAndOpenCircuits_AndNoOtherSession()
    {
        var ada = await _portal.AddPersonAsync("ada");
        var (first, second) = (await SignInAsync(), await SignInAsync());
        Assert.True(await OpensAsync(first.Copy) && await OpensAsync(second.Copy));

        await SignOutAsync(first.Browser);

        // what a circuit and a stream ask within seconds
        Assert.True(_portal.Services.GetRequiredService<RightsChanges>().IsSince(ada.Id, DateTimeOffset.UtcNow.AddSeconds(-5)));
        Assert.False(await Sessions.IsOpenAsync(first.Person, default));
        Assert.True(await Sessions.IsOpenAsync(second.Person, default));
        Assert.Equal((false, true), (await OpensAsync(first.Copy), await OpensAsync(second.Copy)));
        Assert.True(await OpensAsync(second.Browser));
    }

    [Fact]
    public async Task Session_WhoseCookieWasWrittenAnew_IsTheSameAndEndsWithIt()
    {
        await _portal.AddPersonAsync("ada");
        var (browser, copy, person) = await SignInAsync();
        // the person's name is in the cookie: saving it writes another one
        using (var saved = await PortalFactory.PostFormAsync(browser, "/account", "profile", new() { ["Input.DisplayName"] = "Ada L." }))
            Assert.True((int)saved.StatusCode < 400);
        Assert.True(await OpensAsync(browser));

        await SignOutAsync(browser);

        Assert.False(await Sessions.IsOpenAsync(person, default));
        Assert.False(await OpensAsync(copy));
    }

    [Fact]
    public async Task TokensAndLinks_ThatASessionAsksForAfterANewPassword_AreNotMade()
    {
        await _portal.AddPersonAsync("ada", GlobalRoles.Admin);
        var (_, _, person) = await SignInAsync();
        var (tokens, links) = (_portal.Services.GetRequiredService<AccessTokens>(), _portal.Services.GetRequiredService<AccountLinks>());
        Assert.NotNull(await tokens.CreateAsync(person, "before", default));
        Assert.NotNull((await links.InviteAsync(person, GlobalRoles.Admin, null, null)).Secret);

        await links.ChangePasswordAsync(person.PersonId()!, "another long one");

        await Assert.ThrowsAsync<RightEndedException>(() => tokens.CreateAsync(person, "after", default));
        await Assert.ThrowsAsync<RightEndedException>(() => links.InviteAsync(person, GlobalRoles.Admin, null, null));
        await using var db = await _portal.OpenDbAsync();
        Assert.Equal((0, 0), (await db.AccessTokens.CountAsync(t => t.RevokedAt == null), await db.AccountLinks.CountAsync()));
    }

    [Fact]
    public async Task SignOut_LongAgo_IsForgotten()
    {
        var ada = await _portal.AddPersonAsync("ada");
        await _portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            db.UserTokens.Add(new()
            {
                UserId = ada.Id, LoginProvider = "ended-session", Name = "old", Value = "2020-01-01T00:00:00.0000000Z",
            });
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);

        await SignOutAsync((await SignInAsync()).Browser);

        await using var db = await _portal.OpenDbAsync();
        Assert.NotEqual("old", (await db.UserTokens.SingleAsync()).Name);
    }
}
