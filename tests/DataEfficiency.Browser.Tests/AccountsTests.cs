using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace DataEfficiency.Browser.Tests;

public sealed class AccountsTests(BrowserPortal portal) : IClassFixture<BrowserPortal>
{
    [Fact]
    public async Task SetUpSignOutSignIn_ByKeyboardAndMouse_LeaveTheConsoleClean()
    {
        await EnsureAdminAsync();
        var (page, problems) = await portal.OpenAsync();

        await BrowserPortal.SignInAsync(page, "ada");
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByLabel("Your account").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync("**/sign-in");

        Assert.Empty(problems);
    }

    [Fact]
    public async Task Passkey_Registered_SignsInWithoutPassword()
    {
        await EnsureAdminAsync();
        var (page, _) = await portal.OpenAsync();
        var devtools = await page.Context.NewCDPSessionAsync(page);
        await devtools.SendAsync("WebAuthn.enable");
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true,
                ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
            },
        });
        await BrowserPortal.SignInAsync(page, "ada");
        await page.GotoAsync("/account");
        await page.GetByLabel("Name of the new passkey").FillAsync("laptop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Remove passkey laptop" })).ToBeVisibleAsync();
        await using (var db = await portal.OpenDbAsync())
            Assert.Equal("laptop", (await db.Audit.SingleAsync(a => a.What == "passkey.added")).After);

        await page.Context.ClearCookiesAsync();
        await page.GotoAsync("/sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();

        await BrowserPortal.WaitInteractiveAsync(page);
        Assert.EndsWith("/", page.Url);
    }

    [Fact]
    public async Task Invitation_MadeOnThePage_MakesAMember_WhomTheGridShows()
    {
        await EnsureAdminAsync();
        var project = await portal.AddProjectAsync("Letters to the editor");
        var (page, problems) = await portal.OpenAsync();
        await BrowserPortal.SignInAsync(page, "ada");
        await page.GotoAsync("/people");
        await BrowserPortal.WaitInteractiveAsync(page);
        await page.ChooseAsync("project", "Letters to the editor");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make an invitation link" }).ClickAsync();
        var link = await page.InnerTextAsync("#secret");
        await Expect(page.GetByText("annotator in Letters to the editor")).ToBeVisibleAsync();

        var (guest, _) = await portal.OpenAsync();
        await guest.GotoAsync(link);
        await guest.GetByLabel("Your name").FillAsync("Ben");
        await guest.GetByLabel("E-mail or user name").FillAsync("ben");
        await guest.GetByLabel("Password").FillAsync(BrowserPortal.Password);
        await guest.GetByRole(AriaRole.Button, new() { Name = "Create my account" }).ClickAsync();
        await BrowserPortal.WaitInteractiveAsync(guest);

        await page.ReloadAsync();
        await Expect(page.Locator(".persons tbody tr").Filter(new() { HasText = "Ben" }))
            .ToContainTextAsync("Letters to the editor (annotator)");
        await using var db = await portal.OpenDbAsync();
        Assert.Equal(ProjectRole.Annotator, db.Memberships.Single(m => m.ProjectId == project.Id).Role);
        Assert.Empty(problems);
    }

    [Fact]
    public async Task Theme_Toggled_HoldsOnEveryPageAndAfterReload()
    {
        await EnsureAdminAsync();
        var (page, _) = await portal.OpenAsync();
        await BrowserPortal.SignInAsync(page, "ada");
        var light = await BackgroundAsync(page);

        await page.GetByLabel("Switch between light and dark").ClickAsync();
        var dark = await BackgroundAsync(page);
        await page.GotoAsync("/account");
        var onStaticPage = await BackgroundAsync(page);
        await page.GotoAsync("/");
        await BrowserPortal.WaitInteractiveAsync(page);

        Assert.NotEqual(light, dark);
        Assert.Equal(dark, onStaticPage);
        Assert.Equal(dark, await BackgroundAsync(page));
        Assert.True(await page.EvaluateAsync<bool>("portal.isDark()"));
    }

    private async Task EnsureAdminAsync()
    {
        await using var db = await portal.OpenDbAsync();
        if (!db.Users.Any()) await portal.AddPersonAsync("ada", GlobalRoles.Admin);
    }

    private static Task<string> BackgroundAsync(IPage page) =>
        page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
