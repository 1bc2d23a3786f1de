using System.Net;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

/// <summary>Sign-in by a provider: the whole way through its pages and ours, against a real one on this machine.</summary>
public sealed class OidcSignInTests(OidcServer provider) : IClassFixture<OidcServer>, IAsyncLifetime
{
    private PortalFactory _portal = null!;
    private AppUser _admin = null!, _ada = null!;

    public async Task InitializeAsync()
    {
        provider.Forget();
        _portal = new PortalFactory { KeepDataFolder = true };
        var secret = Path.Combine(_portal.DataFolder, "secret");
        await File.WriteAllTextAsync(secret, OidcServer.Secret + "\n");
        Set(("Authority", provider.Url), ("ClientId", OidcServer.ClientId), ("ClientSecretFile", secret), ("Name", "Uni login"));
        _admin = await _portal.AddPersonAsync("admin", GlobalRoles.Admin);
        _ada = await _portal.AddPersonAsync("ada@example.org");
    }

    public async Task DisposeAsync()
    {
        await _portal.DisposeAsync();
        Directory.Delete(_portal.DataFolder, recursive: true);
    }

    private void Set(params (string Key, string Value)[] settings)
    {
        foreach (var (key, value) in settings) _portal.Settings[$"Oidc:{key}"] = value;
    }

    // another start of the same installation
    private async Task RestartAsync(params (string Key, string Value)[] settings)
    {
        var before = _portal;
        await before.DisposeAsync();
        _portal = new PortalFactory { DataFolder = before.DataFolder, KeepDataFolder = true };
        foreach (var (key, value) in before.Settings) _portal.Settings[key] = value;
        Set(settings);
        await _portal.Services.GetRequiredService<SetupGate>().PrepareAsync();
    }

    /// <summary>Through the provider and back; what the answer leads to.</summary>
    private async Task<string> EnterAsync(HttpClient browser, string query = "", Func<string, string>? change = null)
    {
        using var begun = await browser.GetAsync("/sign-in/oidc" + query);
        Assert.Equal(HttpStatusCode.Redirect, begun.StatusCode);
        using var outside = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var there = await outside.GetAsync(begun.Headers.Location);
        Assert.Equal(HttpStatusCode.Redirect, there.StatusCode);
        var back = there.Headers.Location!.PathAndQuery;
        using var request = new HttpRequestMessage(HttpMethod.Get, change is null ? back : change(back));
        // these are for the answer's path only, and .NET's container takes none for a path that is deeper than where it comes from
        request.Headers.Add("Cookie", begun.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0]));
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!.OriginalString;
    }

    private async Task<string> MeAsync(HttpClient browser) =>
        Regex.Match(WebUtility.HtmlDecode(await browser.GetStringAsync("/account")), "signed in as ([^<]+)").Groups[1].Value;

    private AccountLinks Links => _portal.Services.GetRequiredService<AccountLinks>();

    private async Task JoinAsync(AppUser user)
    {
        var link = await Links.SignInAsync(TestPrincipal.Of(_admin), user.Id);
        Assert.Equal("/", await EnterAsync(_portal.Browser(), $"?link={link.Secret}"));
    }

    [Fact]
    public async Task Person_WhomAnAdminJoined_SignsInByTheButton_AndByThePasswordAsBefore()
    {
        var page = await _portal.Browser().GetStringAsync("/sign-in?returnUrl=%2Faccount");
        Assert.Contains("Sign in with Uni login", page);
        Assert.Contains("/sign-in/oidc?returnUrl=%2Faccount", page);
        var made = await Links.SignInAsync(TestPrincipal.Of(_admin), _ada.Id);
        Assert.Contains($"/sign-in/oidc?link={made.Secret}", await _portal.Browser().GetStringAsync($"/link/{made.Secret}"));
        Assert.Equal("/", await EnterAsync(_portal.Browser(), $"?link={made.Secret}"));

        var browser = _portal.Browser();
        Assert.Equal("/account", await EnterAsync(browser, "?returnUrl=%2Faccount"));

        Assert.Equal("ada@example.org", await MeAsync(browser));
        Assert.Equal("ada@example.org", await MeAsync(await _portal.SignedInAsync("ada@example.org")));
        // once; and by nobody else's account
        Assert.EndsWith("refused=Link", await EnterAsync(_portal.Browser(), $"?link={made.Secret}"));
        var second = await Links.SignInAsync(TestPrincipal.Of(_admin), _admin.Id);
        Assert.EndsWith("refused=OtherAccount", await EnterAsync(_portal.Browser(), $"?link={second.Secret}"));
        // only an own page leads on
        Assert.Equal("/", await EnterAsync(browser, "?returnUrl=https%3A%2F%2Fevil.example"));
        await using var db = await _portal.OpenDbAsync();
        Assert.Equal([(provider.Url, "1", _ada.Id)], (await db.UserLogins.ToListAsync())
            .Select(l => (l.LoginProvider, l.ProviderKey, l.UserId)));
        Assert.Equal(_ada.Id, (await db.Audit.SingleAsync(a => a.What == "person.joined")).UserId);
        // signed out here
        using var left = await SignOutAsync(browser);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/account")).StatusCode);
    }

    private static async Task<HttpResponseMessage> SignOutAsync(HttpClient browser)
    {
        var page = await browser.GetStringAsync("/account");
        var token = Regex.Match(page, "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        return await browser.PostAsync("/sign-out", new FormUrlEncodedContent([new("__RequestVerificationToken", token)]));
    }

    [Fact]
    public async Task Person_WhomNobodyJoined_IsRefusedInWords_WhateverTheAddressSays()
    {
        // the address of an account with a password, and no word that it is theirs
        (provider.Claims["email"], provider.Claims["name"]) = ("ada@example.org", "Not Ada");
        var browser = _portal.Browser();

        var answer = await EnterAsync(browser);

        Assert.Equal("/sign-in?refused=Unknown", answer);
        Assert.Contains("Uni login knows you, but there is no account of yours here", await browser.GetStringAsync(answer));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/account")).StatusCode);
        // nor does a verified one, where the setting does not allow it
        provider.Claims["email_verified"] = "true";
        Assert.EndsWith("refused=Unknown", await EnterAsync(browser));
        await using var db = await _portal.OpenDbAsync();
        Assert.Equal((2, 0), (await db.Users.CountAsync(), await db.UserLogins.CountAsync()));
    }

    [Fact]
    public async Task Invitation_UsedWithTheProvider_MakesAMemberWithoutAPassword()
    {
        var project = await _portal.AddProjectAsync();
        (provider.Claims["email"], provider.Claims["name"]) = ("eve@example.org", "Eve");
        var invitation = await Links.InviteAsync(TestPrincipal.Of(_admin), null, project.Id, ProjectRole.Reviewer);
        var browser = _portal.Browser();

        Assert.Equal("/", await EnterAsync(browser, $"?link={invitation.Secret}"));

        await using var db = await _portal.OpenDbAsync();
        var eve = await db.Users.SingleAsync(u => u.UserName == "eve@example.org");
        Assert.Equal(("Eve", null, ProjectRole.Reviewer), (eve.DisplayName, eve.PasswordHash,
            (await db.Memberships.SingleAsync(m => m.UserId == eve.Id)).Role));
        Assert.Equal("/", await EnterAsync(_portal.Browser()));
        // who has an account of that name is not overwritten
        (provider.Subject, provider.Claims["email"]) = ("2", "ada@example.org");
        invitation = await Links.InviteAsync(TestPrincipal.Of(_admin), null, null, null);
        Assert.EndsWith("refused=NameTaken", await EnterAsync(_portal.Browser(), $"?link={invitation.Secret}"));
        Assert.NotNull(await Links.FindAsync(invitation.Secret!));
    }

    [Fact]
    public async Task Answer_ThatIsNotTheOneAskedFor_OpensNothing()
    {
        await JoinAsync(_ada);
        var (browser, other) = (_portal.Browser(), _portal.Browser());
        // of another browser: the answer to a question that this one did not ask
        var foreign = await StateOf(other);
        foreach (var (wrong, change) in new (string, Func<string, string>)[]
        {
            ("state", back => Regex.Replace(back, "state=[^&]+", "state=another")),
            ("browser", back => Regex.Replace(back, "state=[^&]+", "state=" + Uri.EscapeDataString(foreign))),
            ("code", back => Regex.Replace(back, "code=[^&]+", "code=another")), ("nonce", back => back),
        })
        {
            provider.Nonce = wrong == "nonce" ? "another" : null;
            var answer = await EnterAsync(browser, "", change);
            Assert.Equal((wrong, "/sign-in?refused=Failed"), (wrong, answer));
            Assert.Contains("Signing in with Uni login did not work", await browser.GetStringAsync(answer));
            Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/account")).StatusCode);
        }
        provider.Nonce = null;
        Assert.Equal("/", await EnterAsync(browser));
    }

    private static async Task<string> StateOf(HttpClient browser)
    {
        using var begun = await browser.GetAsync("/sign-in/oidc");
        return Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(begun.Headers.Location!.Query)["state"]!;
    }

    [Fact]
    public async Task Deactivated_IsRefused_AndWhoIsPartedLosesSessionAndWayIn()
    {
        await JoinAsync(_ada);
        var (people, browser) = (_portal.Services.GetRequiredService<People>(), _portal.Browser());
        await EnterAsync(browser);
        Assert.Null(await people.SetDeactivatedAsync(TestPrincipal.Of(_admin), _ada.Id, true));

        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/account")).StatusCode);
        var answer = await EnterAsync(browser);
        Assert.Equal("/sign-in?refused=Deactivated", answer);
        Assert.Contains("This account is deactivated", await browser.GetStringAsync(answer));

        Assert.Null(await people.SetDeactivatedAsync(TestPrincipal.Of(_admin), _ada.Id, false));
        await EnterAsync(browser);
        Assert.Equal("ada@example.org", await MeAsync(browser));
        Assert.Null(await people.PartAsync(TestPrincipal.Of(_admin), _ada.Id));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/account")).StatusCode);
        Assert.EndsWith("refused=Unknown", await EnterAsync(browser));
    }

    [Fact]
    public async Task Settings_AdmitADomain_JoinByAVerifiedAddress_AndMapRoles()
    {
        await RestartAsync(("AdmitDomains:0", "example.org"), ("LinkByEmail", "true"), ("RoleClaim", "groups"), ("AdminValue", "ops"),
            ("LeadValue", "leads"), ("AdmitClaim", "groups"), ("AdmitValue", "annotators"));
        // not verified, another domain, none
        foreach (var email in new[] { "bob@example.org", "bob@notexample.org", "" })
        {
            provider.Claims["email"] = email;
            Assert.EndsWith("refused=Unknown", await EnterAsync(_portal.Browser()));
        }
        (provider.Claims["email"], provider.Claims["email_verified"]) = ("bob@example.org", "true");
        provider.Lists["groups"] = ["staff", "leads"];
        Assert.Equal("/", await EnterAsync(_portal.Browser()));
        Assert.Equal([GlobalRoles.Lead], await RolesAsync("bob@example.org"));
        // the role that went ends what was open
        var browser = _portal.Browser();
        await EnterAsync(browser);
        provider.Lists["groups"] = ["staff"];
        await EnterAsync(_portal.Browser());
        Assert.Empty(await RolesAsync("bob@example.org"));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/account")).StatusCode);
        // the account that was there before
        (provider.Subject, provider.Claims["email"]) = ("2", "ada@example.org");
        Assert.Equal("/", await EnterAsync(browser));
        Assert.Equal("ada@example.org", await MeAsync(browser));
        // by a group, from wherever
        (provider.Subject, provider.Claims["email"], provider.Claims["email_verified"]) = ("3", "zoe@elsewhere.org", "false");
        provider.Lists["groups"] = ["annotators"];
        Assert.Equal("/", await EnterAsync(browser));
        Assert.Equal("zoe@elsewhere.org", await MeAsync(browser));

        async Task<List<string?>> RolesAsync(string name)
        {
            await using var db = await _portal.OpenDbAsync();
            return await People.RolesAsync(db, (await db.Users.SingleAsync(u => u.UserName == name)).Id, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Provider_ThatIsNotThere_IsSaidOnTheSignInPage_AndNoOtherSiteJoinsAnybody()
    {
        var made = await Links.SignInAsync(TestPrincipal.Of(_admin), _ada.Id);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sign-in/oidc?link={made.Secret}") { Headers = { { "Sec-Fetch-Site",
            "cross-site" } } };
        Assert.Equal(HttpStatusCode.NotFound, (await _portal.Browser().SendAsync(request)).StatusCode);
        await RestartAsync(("Authority", "http://127.0.0.1:9/"));

        using var answer = await _portal.Browser().GetAsync("/sign-in/oidc");

        Assert.Equal("/sign-in?refused=Failed", answer.Headers.Location!.OriginalString);
    }

    [Theory]
    [InlineData("https://login.example.org", null, "Oidc:ClientId")]
    [InlineData("http://login.example.org", "portal", "https")]
    [InlineData("login", "portal", "https")]
    [InlineData("https://login.example.org", "portal", null)]
    public void Options_ThatCannotBe_NameTheKey(string authority, string? client, string? says)
    {
        var result = new OidcOptions.Validator().Validate(null, new() { Authority = authority, ClientId = client });

        if (says is null) Assert.Same(ValidateOptionsResult.Success, result);
        else Assert.Contains(says, result.FailureMessage);
    }
}
