using System.Net;
using DataEfficiency.Portal.Storage;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

public sealed class RateLimitTests
{
    [Fact]
    public async Task Api_BeyondThePersonsBurst_Is429WithACodeAndOthersGoOn()
    {
        // a refill so slow that none comes while the test runs on a busy machine
        await using var portal = new PortalFactory { Settings = { ["RateLimits:Burst"] = "5", ["RateLimits:PerSecond"] = "1" } };
        var ada = await portal.WithTokenAsync((await portal.AddPersonAsync("ada", GlobalRoles.Admin)).Id);
        var ben = await portal.WithTokenAsync((await portal.AddPersonAsync("ben")).Id);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => ada.GetAsync("/api/v1/antiforgery")));

        var refused = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Contains("\"code\":\"too-often\"", await refused.Content.ReadAsStringAsync());
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await ben.GetAsync("/api/v1/antiforgery")).StatusCode);
    }

    [Fact]
    public async Task Forms_BeyondThePersonsBurst_Are429_AndPagesAreRead()
    {
        await using var portal = new PortalFactory { Settings = { ["RateLimits:Burst"] = "5", ["RateLimits:PerSecond"] = "1" } };
        await portal.AddPersonAsync("ada");
        var browser = await portal.SignedInAsync("ada");

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => browser.PostAsync("/account", new FormUrlEncodedContent([]))));

        Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task WaysIn_BeyondTheAddressesBurst_Are429FromThereOnly()
    {
        await using var portal = new PortalFactory
        {
            RemoteAddress = IPAddress.Parse("10.0.0.1"),
                Settings = { ["RateLimits:SignInBurst"] = "3", ["RateLimits:SignInPerMinute"] = "1" },
        };
        await portal.AddPersonAsync("ada");
        var browser = portal.Browser();
        foreach (var path in new[] { "/sign-in", "/link/x", "/sign-in" }) Assert
            .NotEqual(HttpStatusCode.TooManyRequests, (await browser.GetAsync(path)).StatusCode);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await browser.GetAsync("/link/y")).StatusCode);
        portal.RemoteAddress = IPAddress.Parse("10.0.0.2");
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/sign-in")).StatusCode);
    }
}
