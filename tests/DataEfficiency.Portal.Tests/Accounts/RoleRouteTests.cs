using System.Net;
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
}
