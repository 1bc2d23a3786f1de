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

    [Fact]
    public async Task SetUp_ThroughAProxyOnThisMachine_NeedsTheCode()
    {
        await using var portal = new PortalFactory();
        var browser = portal.Browser();
        browser.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.5");

        Assert.Contains("Set-up code", await browser.GetStringAsync("/setup"));
    }
}
