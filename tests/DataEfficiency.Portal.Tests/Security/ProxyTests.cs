using System.Net;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

public sealed class ProxyTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("192.0.2.9", false)]
    public async Task ForwardedHttps_BelievedFromKnownProxiesOnly(string proxy, bool believed)
    {
        await using var portal = new PortalFactory { RemoteAddress = IPAddress.Parse(proxy) };
        portal.Settings["Proxy:KnownNetworks:0"] = "10.0.0.0/8";
        await portal.AddPersonAsync("ada");
        var browser = portal.Browser();
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        browser.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.5");

        var page = await browser.GetAsync("/sign-in");

        Assert.Equal(believed, page.Headers.GetValues("Set-Cookie").Single().Contains("secure"));
    }

    [Theory]
    [InlineData("127.0.0.1", true), InlineData("192.0.2.9", false)]
    public async Task WrongPasswords_AreCountedForWhomTheProxySaw_WhateverTheVisitorSays(string peer, bool isProxy)
    {
        await using var portal = new PortalFactory { RemoteAddress = IPAddress.Parse(peer) };
        await portal.AddPersonAsync("ada");

        for (var i = 0; i < 5; i++) Assert.False(await IsClosedAsync($"198.51.100.{i}, 203.0.113.5"));

        Assert.True(await IsClosedAsync("198.51.100.77, 203.0.113.5"));
        // whoever comes by no proxy is who is connected, whatever the header says
        Assert.Equal(!isProxy, await IsClosedAsync("203.0.113.9"));

        async Task<bool> IsClosedAsync(string forwarded)
        {
            using var browser = portal.Browser();
            browser.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
            using var answer = await PortalFactory.PostFormAsync(browser, "/sign-in", "sign-in", new()
            {
                ["Input.UserName"] = "ada", ["Input.Password"] = "a wrong password",
            });
            return (await answer.Content.ReadAsStringAsync()).Contains("Too many wrong", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SetUp_ThroughAProxyOnThisMachine_NeedsTheCode()
    {
        await using var portal = new PortalFactory();
        var browser = portal.Browser();
        browser.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.5");

        Assert.Contains("Set-up code", await browser.GetStringAsync("/setup"));
    }
}
