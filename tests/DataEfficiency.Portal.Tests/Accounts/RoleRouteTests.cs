using System.Net;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

/// <summary>Who may open what, over every route that the portal has.</summary>
public sealed class RoleRouteTests(PeopledPortal portal) : IClassFixture<PeopledPortal>
{
    private static readonly string[] OpenPages = ["/sign-in", "/setup", "/link/{Secret}", "/error", "/status/{Code:int}", "/sign-in/passkey-options"];

    // these ask ProjectAccess themselves: who was removed from a project may still hand in what was answered before
    private static readonly string[] CheckedByTheirService = ["deck", "answers", "skip", "remarks", "drafts", "recent", "renew"];

    [Fact]
    public async Task EveryRoute_WithoutAccount_RefusedOrSentToSignIn()
    {
        var browser = portal.Browser();
        var asked = 0;
        foreach (var (pattern, method) in Routes(portal))
        {
            if (OpenPages.Contains(pattern, StringComparer.OrdinalIgnoreCase) || IsStatic(pattern)) continue;
            var answer = await browser.SendAsync(new HttpRequestMessage(new HttpMethod(method), Fill(pattern, 1)));
            var api = pattern.StartsWith("/api", StringComparison.Ordinal) || pattern.StartsWith("/hubs", StringComparison.Ordinal) || pattern.StartsWith("/_blazor", StringComparison.Ordinal);
            if (api) Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {pattern}: {answer.StatusCode}");
            else Assert.True(answer.Headers.Location?.OriginalString.Contains("/sign-in") == true, $"{method} {pattern}: {answer.StatusCode} {answer.Headers.Location}");
            asked++;
        }
        Assert.True(asked >= 5);
    }

    [Theory]
    [InlineData("admin", "/people", HttpStatusCode.OK)]
    [InlineData("global-lead", "/people", HttpStatusCode.OK)]
    [InlineData("lead", "/people", HttpStatusCode.OK)]
    [InlineData("annotator", "/people", HttpStatusCode.Forbidden)]
    [InlineData("annotator", "/account", HttpStatusCode.OK)]
    [InlineData("annotator", "/", HttpStatusCode.OK)]
    [InlineData("annotator", "/nowhere", HttpStatusCode.NotFound)]
    public async Task Page_ByRole_AnswersAsTheRoleAllows(string person, string path, HttpStatusCode expected)
    {
        var browser = await portal.SignedInAsync(person);

        Assert.Equal(expected, (await browser.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task EveryProjectRoute_ForeignProject_IsNotFound()
    {
        var browser = await portal.SignedInAsync("stranger");
        await PortalFactory.AddAntiforgeryAsync(browser);
        foreach (var (pattern, method) in Routes(portal).Where(r => r.Pattern.Contains("/projects/{", StringComparison.Ordinal)))
        {
            var request = new HttpRequestMessage(new HttpMethod(method), Fill(pattern, portal.Project.Id));
            if (method != "GET") request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
            var answer = await browser.SendAsync(request);
            if (CheckedByTheirService.Contains(pattern.Split('/')[^1])) Assert.False(answer.IsSuccessStatusCode, $"{method} {pattern}: {answer.StatusCode}");
            else Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{method} {pattern}: {answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("admin", ProjectPolicies.Lead, true)]
    [InlineData("lead", ProjectPolicies.Lead, true)]
    [InlineData("annotator", ProjectPolicies.Lead, false)]
    [InlineData("annotator", ProjectPolicies.Member, true)]
    [InlineData("stranger", ProjectPolicies.Member, false)]
    [InlineData("deactivated", ProjectPolicies.Member, false)]
    public async Task ProjectPolicy_ByRole_AllowsWhatTheRoleMay(string person, string policy, bool allowed)
    {
        var request = new DefaultHttpContext();
        request.Request.RouteValues["id"] = $"{portal.Project.Id}";
        await using var scope = portal.Services.CreateAsyncScope();
        var authorization = scope.ServiceProvider.GetRequiredService<IAuthorizationService>();
        var user = TestPrincipal.Of(portal.People[person]);

        Assert.Equal(allowed, (await authorization.AuthorizeAsync(user, request, policy)).Succeeded);
        request.Request.RouteValues["id"] = "999999";
        Assert.False((await authorization.AuthorizeAsync(user, request, policy)).Succeeded);
    }

    internal static IEnumerable<(string Pattern, string Method)> Routes(PortalFactory portal) =>
        from endpoint in portal.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        let pattern = "/" + endpoint.RoutePattern.RawText?.TrimStart('/')
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select (pattern, method);

    internal static string Fill(string pattern, int id) =>
        System.Text.RegularExpressions.Regex.Replace(pattern, "{(\\*{0,2})([^}:]+)(:[^}]*)?}", m => m.Groups[2].Value.Equals("id", StringComparison.OrdinalIgnoreCase) ? $"{id}" : "1");

    private static bool IsStatic(string pattern) =>
        pattern.StartsWith("/_framework", StringComparison.Ordinal) || pattern.StartsWith("/_content", StringComparison.Ordinal)
        || Path.HasExtension(pattern.Split('{')[0]);
}
