using System.Net;
using DataEfficiency.Portal.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>What holds before anybody is known: https once and for all, own names only, sockets for own pages only.</summary>
public sealed class TransportTests
{
    [Theory]
    [InlineData("https", true), InlineData("http", false)]
    public async Task Hsts_IsSaidBehindHttpsOnly(string scheme, bool said)
    {
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada");
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://label.example.org/sign-in");
        request.Headers.Add("X-Forwarded-Proto", scheme);

        var answer = await portal.Browser().SendAsync(request);

        Assert.Equal(said, answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("label.example.org", null, HttpStatusCode.OK)]
    [InlineData("a.example.net", null, HttpStatusCode.OK)]
    [InlineData("evil.example", null, HttpStatusCode.BadRequest)]
    [InlineData("localhost", "label.example.org", HttpStatusCode.OK)]
    [InlineData("label.example.org", "evil.example", HttpStatusCode.BadRequest)]
    public async Task AllowedHosts_Set_AnswersUnderThoseNamesOnly(string host, string? forwarded, HttpStatusCode expected)
    {
        await using var portal = new PortalFactory { Settings = { ["AllowedHosts"] = "label.example.org; *.example.net" } };
        await portal.AddPersonAsync("ada");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host}/sign-in");
        if (forwarded is not null) request.Headers.Add("X-Forwarded-Host", forwarded);

        Assert.Equal(expected, (await portal.Browser().SendAsync(request)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await portal.Browser().GetAsync("http://10.0.0.9/health")).StatusCode);
    }

    [Theory]
    [InlineData(""), InlineData("a b"), InlineData("a/b"), InlineData("[::1")]
    public async Task Host_ThatIsNoName_Is400AndNoFailure(string host)
    {
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada");

        foreach (var path in new[] { "/sign-in", "/", "/sign-in/oidc", "/api/v1/projects" })
        {
            var answer = await portal.Server.SendAsync(c => (c.Request.Method, c.Request.Path, c.Request.Host) = ("GET", path, new(host)));
            Assert.Equal(400, answer.Response.StatusCode);
        }
        var health = await portal.Server.SendAsync(c => (c.Request.Method, c.Request.Path) = ("GET", "/health"));
        Assert.Equal(200, health.Response.StatusCode);
    }

    [Theory]
    [InlineData("/hubs/estimates", "https://evil.example", false)]
    [InlineData("/_blazor", "https://evil.example", false)]
    [InlineData("/_blazor", "http://localhost:3000", false)]
    [InlineData("/_blazor", "null", false)]
    [InlineData("/hubs/estimates", "http://localhost:5080", true)]
    [InlineData("/_blazor", "http://localhost:5080", true)]
    [InlineData("/hubs/estimates", null, true)]
    public async Task WebSocket_WithASignedInPersonsCookies_OpensForOwnPagesOnly(string path, string? origin, bool opens)
    {
        await using var portal = new MatrixPortal();
        await portal.InitializeAsync();
        var sockets = portal.Server.CreateWebSocketClient();
        sockets.ConfigureRequest = request =>
        {
            request.Headers.Cookie = portal.Principals["admin"]["Cookie"];
            if (origin is not null) request.Headers.Origin = origin;
        };
        var address = new Uri($"ws://localhost:5080{path}");

        if (opens) (await sockets.ConnectAsync(address, CancellationToken.None)).Abort();
        else Assert.Contains("403", (await Assert.ThrowsAsync<InvalidOperationException>(
            () => sockets.ConnectAsync(address, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task Hub_AskedByATokenFromAnotherSite_Opens()
    {
        await using var portal = new PortalFactory();
        var ada = await portal.AddPersonAsync("ada");
        var token = await portal.Services.GetRequiredService<AccessTokens>().CreateAsync(ada.Id, "dashboard", CancellationToken.None);
        var sockets = portal.Server.CreateWebSocketClient();
        sockets.ConfigureRequest = request => request.Headers.Origin = "https://dashboard.example";

        using var socket = await sockets
            .ConnectAsync(new Uri($"ws://localhost/hubs/estimates?access_token={token}"), CancellationToken.None);

        Assert.Equal(System.Net.WebSockets.WebSocketState.Open, socket.State);
    }
}
