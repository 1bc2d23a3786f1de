using DataEfficiency.Portal.Tests;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests;

/// <summary>One Chromium for the test classes of a collection, which bring a portal each.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright _playwright = null!;

    public IBrowser Chromium { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience.Milliseconds);
        _playwright = await Playwright.CreateAsync();
        Chromium = await LaunchAsync(_playwright);
    }

    internal static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = BrowserPortal.FindChromium(),
        Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
            // what Playwright switches off, as far as a test could notice it; and pages of the browser's own frame, which nobody sees: each
            // context would load some
            "--disable-features=DestroyProfileOnBrowserClose,GlobalMediaControls,HttpsUpgrades,LensOverlay,MediaRouter,OptimizationHints,"
                + "PaintHolding,ThirdPartyStoragePartitioning,Translate,AimEnabled,PreloadTopChromeWebUI,InitialWebUI,WebUIReloadButton,"
                + "WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup,WebUILocationBar,WebUIPinnedToolbarActions,"
                + "SpareRendererForSitePerProcess"],
    });

    public async Task DisposeAsync()
    {
        await Chromium.DisposeAsync();
        _playwright.Dispose();
    }

    /// <summary>A browser of its own (cookies, storage) in which this person has signed in.</summary>
    public async Task<IBrowserContext> SignedInAsync(KestrelFactory portal, string userName, BrowserNewContextOptions? options = null)
    {
        var context = await Chromium.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        context.SetDefaultTimeout(Patience.Milliseconds);
        var page = await context.NewPageAsync();
        await SignInAsync(page, portal, userName);
        await page.CloseAsync();
        return context;
    }

    public static async Task SignInAsync(IPage page, KestrelFactory portal, string userName)
    {
        await page.GotoAsync($"{portal.Url}sign-in");
        await page.FillAsync("[name='Input.UserName']", userName);
        await page.FillAsync("[name='Input.Password']", PortalFactory.Password);
        await page.ClickAsync("form button[type=submit]");
        await page.WaitForURLAsync(url => !url.Contains("sign-in"));
    }
}

[CollectionDefinition(Name)]
public sealed class BrowserCollection : ICollectionFixture<Browser>
{
    public const string Name = "browser";
}

/// <summary>Those whose portal is a process that they kill: they wait much, and run beside the others.</summary>
[CollectionDefinition(Name)]
public sealed class PortalProcesses : ICollectionFixture<Browser>
{
    public const string Name = "portal processes";
}
