using System.Net;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

/// <summary>Pages and policies by role; every endpoint by everybody is EndpointMatrixTests.</summary>
public sealed class RoleRouteTests(PeopledPortal portal) : IClassFixture<PeopledPortal>
{
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

    [Theory]
    [InlineData("lead", "")]
    [InlineData("reviewer", "label", "review")]
    [InlineData("annotator", "label")]
    [InlineData("viewer", "")]
    [InlineData("stranger")]
    public async Task StartPage_ByRole_LinksToWhatTheRoleMayOpenOnly(string person, params string[] pages)
    {
        var browser = await portal.SignedInAsync(person);
        var html = await browser.GetStringAsync("/");

        var links = Regex.Matches(html, $"href=\"/projects/{portal.Project.Id}(?:/([a-z]+))?\"").Select(m => m.Groups[1].Value).Distinct();
        Assert.Equal(pages.Order(), links.Order());
        foreach (var page in pages)
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/projects/{portal.Project.Id}/{page}")).StatusCode);
    }

    [Theory]
    [InlineData("lead", "", "items", "review", "annotators", "settings")]
    [InlineData("viewer", "", "annotators")]
    public async Task Tabs_ByRole_LeadToWhatTheRoleMayOpenOnly(string person, params string[] pages) =>
        Assert.Equal(pages, Tabs(await (await portal.SignedInAsync(person)).GetStringAsync($"/projects/{portal.Project.Id}")));

    [Fact]
    public async Task Tabs_OfAReviewer_AreLabelAndReview() => Assert.Equal(["label", "review"],
        Tabs(await (await portal.SignedInAsync("reviewer")).GetStringAsync($"/projects/{portal.Project.Id}/review")));

    private IEnumerable<string> Tabs(string html) => Regex.Matches(Regex.Match(html, "<nav class=\"tabs\".*?</nav>",
        RegexOptions.Singleline).Value, $"href=\"/projects/{portal.Project.Id}/?([a-z]*)\"").Select(m => m.Groups[1].Value);

    [Theory]
    [InlineData("admin", ProjectPolicies.Lead, true)]
    [InlineData("lead", ProjectPolicies.Lead, true)]
    [InlineData("annotator", ProjectPolicies.Lead, false)]
    [InlineData("annotator", ProjectPolicies.Annotator, true)]
    [InlineData("annotator", ProjectPolicies.Reviewer, false)]
    [InlineData("annotator", ProjectPolicies.Reader, false)]
    [InlineData("reviewer", ProjectPolicies.Annotator, true)]
    [InlineData("reviewer", ProjectPolicies.Reviewer, true)]
    [InlineData("reviewer", ProjectPolicies.Reader, false)]
    [InlineData("reviewer", ProjectPolicies.Lead, false)]
    [InlineData("viewer", ProjectPolicies.Annotator, false)]
    [InlineData("viewer", ProjectPolicies.Reviewer, false)]
    [InlineData("viewer", ProjectPolicies.Reader, true)]
    [InlineData("viewer", ProjectPolicies.Lead, false)]
    [InlineData("lead", ProjectPolicies.Reader, true)]
    [InlineData("stranger", ProjectPolicies.Annotator, false)]
    [InlineData("stranger", ProjectPolicies.Reader, false)]
    [InlineData("deactivated", ProjectPolicies.Annotator, false)]
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
}
