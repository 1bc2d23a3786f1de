using System.Net;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

public sealed class SetupTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.7");

    [Fact]
    public async Task Setup_EmptyInstallation_EveryPageLeadsThere()
    {
        await using var portal = new PortalFactory();
        foreach (var path in new[] { "/", "/sign-in", "/people" })
        {
            var answer = await portal.Browser().GetAsync(path);
            Assert.Equal("/setup", answer.Headers.Location?.OriginalString);
        }
    }

    [Fact]
    public async Task Setup_FromThisMachine_MakesTheAdminOnceAndIsGone()
    {
        await using var portal = new PortalFactory();
        var browser = portal.Browser();

        var answer = await SendAsync(browser, "ada@example.org");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/people")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/setup")).StatusCode);
        var again = await portal.Services.GetRequiredService<SetupGate>().CompleteAsync("Eve", "eve", PortalFactory.Password);
        Assert.Contains("set up already", Assert.Single(again));
        await using var db = await portal.OpenDbAsync();
        Assert.Equal(1, await db.Users.CountAsync());
        Assert.Equal("role.set", (await db.Audit.SingleAsync()).What);
    }

    [Fact]
    public async Task Setup_FromElsewhere_NeedsTheCodeOfTheConsole()
    {
        await using var portal = new PortalFactory { RemoteAddress = Elsewhere };
        var gate = portal.Services.GetRequiredService<SetupGate>();

        var without = await SendAsync(portal.Browser(), "eve");
        Assert.Contains("The set-up code is wrong", await without.Content.ReadAsStringAsync());
        Assert.False(gate.Done);

        var code = Regex.Match(gate.Announcement!, "[A-Z2-9]{5}-[A-Z2-9]{5}").Value;
        var with = await SendAsync(portal.Browser(), "ada", code);
        Assert.Equal(HttpStatusCode.Redirect, with.StatusCode);
        Assert.True(gate.Done);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "192.0.2.7"), InlineData("X-Forwarded-Host", "localhost"), InlineData("Forwarded", "for=192.0.2.7"),
        InlineData("Via", "1.1 proxy"), InlineData("X-Real-IP", "192.0.2.7"),
        InlineData("x-cluster-client-ip", "192.0.2.7"), InlineData("Client-IP", "192.0.2.7"), InlineData("X-Originating-IP", "192.0.2.7"),
        InlineData("Fastly-Client-IP", "192.0.2.7"), InlineData("X-Azure-ClientIP", "192.0.2.7"), InlineData("CF-Ray", "1"),
        InlineData("X-Remote-Addr", "192.0.2.7"), InlineData("X-Envoy-External-Address", "192.0.2.7"), InlineData("CDN-Loop", "cdn")]
    public async Task Setup_ThroughAProxyOnThisMachine_NeedsTheCode(string header, string value)
    {
        await using var portal = new PortalFactory();
        var browser = portal.Browser();
        browser.DefaultRequestHeaders.Add(header, value);

        Assert.Contains("code", await browser.GetStringAsync("/setup"));
        var answer = await SendAsync(browser, "eve");

        Assert.Contains("The set-up code is wrong", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Setup_WhereAProxyIsConfigured_NeedsTheCode()
    {
        await using var portal = new PortalFactory { Settings = { ["Proxy:KnownProxies:0"] = "10.0.0.2" } };

        var answer = await SendAsync(portal.Browser(), "eve");

        Assert.Contains("The set-up code is wrong", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Setup_LoopbackConnectionButForeignHost_NeedsTheCode()
    {
        // what a proxy on this machine that forwards nothing looks like, and a foreign name that resolves to 127.0.0.1
        await using var portal = new PortalFactory();
        var browser = portal.Browser();
        browser.DefaultRequestHeaders.Host = "portal.example.org";

        Assert.Contains("Set-up code", await browser.GetStringAsync("/setup"));
    }

    [Fact]
    public async Task CodeMatches_FiveWrong_TheOldCodeIsVoid()
    {
        await using var portal = new PortalFactory();
        var gate = portal.Services.GetRequiredService<SetupGate>();
        var old = Regex.Match(gate.Announcement!, "[A-Z2-9]{5}-[A-Z2-9]{5}").Value;

        for (var i = 0; i < 5; i++) Assert.False(gate.CodeMatches("AAAAA-AAAAA"));

        Assert.False(gate.CodeMatches(old));
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient browser, string userName, string code = "") =>
        PortalFactory.PostFormAsync(browser, "/setup", "setup", new()
        {
            ["Input.Code"] = code, ["Input.DisplayName"] = "Ada", ["Input.UserName"] = userName,
                ["Input.Password"] = PortalFactory.Password,
        });
}
