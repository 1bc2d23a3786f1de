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
    public async Task SignIn_FiveWrongPasswordsFromOneAddress_CloseThatAddressAndNotThePerson()
    {
        await using var portal = new PortalFactory { RemoteAddress = IPAddress.Parse("10.0.0.1") };
        await portal.AddPersonAsync("ada@example.org");
        var browser = portal.Browser();
        for (var i = 0; i < 5; i++) await SendAsync("wrong password");

        var answer = await SendAsync(PortalFactory.Password);
        portal.RemoteAddress = IPAddress.Parse("10.0.0.2");
        var elsewhere = await SendAsync(PortalFactory.Password);

        Assert.Contains("Too many wrong passwords", await answer.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Redirect, elsewhere.StatusCode);

        Task<HttpResponseMessage> SendAsync(string password) =>
            PortalFactory.PostFormAsync(browser, "/sign-in", "sign-in",
                new() { ["Input.UserName"] = "ada@example.org", ["Input.Password"] = password });
    }
}
