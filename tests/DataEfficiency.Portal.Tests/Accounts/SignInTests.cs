using System.Net;
using DataEfficiency.Portal.Storage;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

public sealed class SignInTests
{
    [Fact]
    public async Task SignIn_RightPassword_OpensThePages()
    {
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada@example.org", GlobalRoles.Admin);
        var browser = await portal.SignedInAsync("ada@example.org");

        var page = await browser.GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("data-interactive=", await page.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task SignIn_FiveWrongPasswords_LocksEvenTheRightOne()
    {
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada@example.org");
        var browser = portal.Browser();
        for (var i = 0; i < 5; i++) await SendAsync("wrong password");

        var answer = await SendAsync(PortalFactory.Password);

        Assert.Contains("Too many wrong passwords", await answer.Content.ReadAsStringAsync());

        Task<HttpResponseMessage> SendAsync(string password) =>
            PortalFactory.PostFormAsync(browser, "/sign-in", "sign-in", new() { ["Input.UserName"] = "ada@example.org", ["Input.Password"] = password });
    }
}
