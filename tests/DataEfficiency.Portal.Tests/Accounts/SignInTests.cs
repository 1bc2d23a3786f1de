using System.Net;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
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
    public async Task SignIn_OfANameThatThereIsNot_CostsOneHashAsAnyOther()
    {
        var hasher = new CountingHasher();
        await using var portal = new PortalFactory { ConfigureServices = s => s.AddSingleton<IPasswordHasher<AppUser>>(hasher) };
        await portal.AddPersonAsync("ada");
        List<int> cost = [];
        await using (var scope = portal.Services.CreateAsyncScope())
        {
            // one who comes by the provider only
            var users = scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>();
            Assert.True((await users.CreateAsync(new AppUser { UserName = "ben" })).Succeeded);
        }
        foreach (var name in new[] { "ada", "nobody", "ben" })
        {
            var before = hasher.Count;
            await PortalFactory.PostFormAsync(portal.Browser(), "/sign-in", "sign-in",
                new() { ["Input.UserName"] = name, ["Input.Password"] = "wrong password" });
            cost.Add(hasher.Count - before);
        }
        Assert.Equal([1, 1, 1], cost);
    }

    private sealed class CountingHasher : PasswordHasher<AppUser>
    {
        public int Count { get; private set; }

        public override PasswordVerificationResult VerifyHashedPassword(AppUser user, string hashed, string provided)
        {
            Count++;
            return base.VerifyHashedPassword(user, hashed, provided);
        }
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
