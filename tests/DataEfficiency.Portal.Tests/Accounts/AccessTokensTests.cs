using System.Net;
using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

public sealed class AccessTokensTests
{
    private const string ApiPath = "/api/v1/antiforgery";

    [Fact]
    public async Task Token_ThenRevoked_OpensTheApiThenNoMore()
    {
        await using var portal = new PortalFactory();
        var ada = await portal.AddPersonAsync("ada");
        var client = await portal.WithTokenAsync(ada.Id);
        var tokens = portal.Services.GetRequiredService<AccessTokens>();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(ApiPath)).StatusCode);
        var stored = Assert.Single(await tokens.ListAsync(ada.Id));
        Assert.NotNull(stored.LastUsedAt);
        Assert.Equal(32, stored.Hash.Length);
        Assert.True(await tokens.RevokeAsync(ada.Id, stored.Id, CancellationToken.None));

        var refused = await client.GetAsync(ApiPath);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Token_WithLimits_OpensWhatItIsForUntilItEnds()
    {
        var clock = new ManualTime();
        await using var portal = new PortalFactory { ConfigureServices = services => services.AddSingleton<TimeProvider>(clock) };
        var ada = await portal.AddPersonAsync("ada", GlobalRoles.Admin);
        var (one, other) = (await portal.AddProjectAsync("one"), await portal.AddProjectAsync("other"));
        var tokens = portal.Services.GetRequiredService<AccessTokens>();
        async Task<HttpStatusCode> AskAsync(TokenLimits limits, HttpMethod method, string path)
        {
            var secret = await tokens.CreateAsync(ada.Id, "t", CancellationToken.None, limits);
            using var request = new HttpRequestMessage(method, path) { Headers = { { "Authorization", "Bearer " + secret } } };
            return (await portal.Browser().SendAsync(request)).StatusCode;
        }

        var (reads, narrow) = (new TokenLimits(ReadOnly: true), new TokenLimits(ProjectId: one.Id));
        var webhooks = $"/api/v1/projects/{one.Id}/webhooks";
        Assert.Equal(HttpStatusCode.OK, await AskAsync(reads, HttpMethod.Get, webhooks));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(reads, HttpMethod.Delete, $"{webhooks}/1"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(narrow, HttpMethod.Get, webhooks));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(narrow, HttpMethod.Delete, $"{webhooks}/1"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(narrow, HttpMethod.Get, $"/api/v1/projects/{other.Id}/webhooks"));
        // one of a single project has no role in the installation
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(narrow, HttpMethod.Get, "/api/v1/backup"));

        using var client = await portal.WithTokenAsync(ada.Id);
        clock.Advance(TimeSpan.FromDays(90) - TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(webhooks)).StatusCode);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(webhooks)).StatusCode);
    }

    [Fact]
    public async Task Token_OfSomeoneElse_CannotBeRevoked()
    {
        await using var portal = new PortalFactory();
        var ada = await portal.AddPersonAsync("ada");
        var ben = await portal.AddPersonAsync("ben");
        await portal.WithTokenAsync(ada.Id);
        var tokens = portal.Services.GetRequiredService<AccessTokens>();

        Assert.False(await tokens.RevokeAsync(ben.Id, (await tokens.ListAsync(ada.Id))[0].Id, CancellationToken.None));
    }

    [Fact]
    public async Task Token_OnAPageOrInTheQueryOfTheApi_DoesNotCount()
    {
        await using var portal = new PortalFactory();
        var ada = await portal.AddPersonAsync("ada", GlobalRoles.Admin);
        var client = await portal.WithTokenAsync(ada.Id);
        var token = client.DefaultRequestHeaders.Authorization!.Parameter;

        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/people")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await portal.Browser().GetAsync($"{ApiPath}?access_token={token}")).StatusCode);
    }

    [Fact]
    public async Task Deactivated_TokenAndSession_StopAtOnce()
    {
        await using var portal = new PortalFactory();
        var ada = await portal.AddPersonAsync("ada", GlobalRoles.Admin);
        var ben = await portal.AddPersonAsync("ben");
        var client = await portal.WithTokenAsync(ben.Id);
        var people = portal.Services.GetRequiredService<People>();

        Assert.NotNull(await people.SetDeactivatedAsync(TestPrincipal.Of(ada), ada.Id, true));
        Assert.Null(await people.SetDeactivatedAsync(TestPrincipal.Of(ada), ben.Id, true));

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(ApiPath)).StatusCode);
        await Assert.ThrowsAsync<InvalidOperationException>(() => portal.SignedInAsync("ben"));
    }

    [Fact]
    public async Task AccountPage_MakesAToken_ShowsItOnceAndStoresOnlyItsHash()
    {
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada");
        var browser = await portal.SignedInAsync("ada");

        var made = await (await PortalFactory
            .PostFormAsync(browser, "/account", "token-new", new() { ["Input.Name"] = "notebook" })).Content.ReadAsStringAsync();
        var later = await browser.GetStringAsync("/account");

        Assert.Contains($">{AccessTokens.Prefix}", made);
        Assert.DoesNotContain($">{AccessTokens.Prefix}", later);
        Assert.Contains("notebook", later);
        await using var db = await portal.OpenDbAsync();
        Assert.Equal(32, (await db.AccessTokens.SingleAsync()).Hash.Length);
    }

    [Fact]
    public async Task AccountPage_GivesNoTokenForAnotherProject_AndNoneBeyondTheMost()
    {
        await using var portal = new PortalFactory();
        var ada = await portal.AddPersonAsync("ada");
        var other = await portal.AddProjectAsync();
        var browser = await portal.SignedInAsync("ada");
        async Task<string> AskAsync(string project) => await (await PortalFactory.PostFormAsync(browser, "/account", "token-new",
            new() { ["Input.Name"] = "x", ["Input.Project"] = project })).Content.ReadAsStringAsync();

        foreach (var project in new[] { $"{other.Id}", "999999" })
            Assert.DoesNotContain($">{AccessTokens.Prefix}", await AskAsync(project));
        var tokens = portal.Services.GetRequiredService<AccessTokens>();
        for (var i = 0; i < AccessTokens.Most; i++) await tokens.CreateAsync(ada.Id, "t", CancellationToken.None);

        Assert.Contains("which is the most", await AskAsync(""));
        Assert.Equal(AccessTokens.Most, (await tokens.ListAsync(ada.Id)).Count);
    }
}
