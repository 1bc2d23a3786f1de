using DataEfficiency.Portal.Tests;
using Microsoft.Playwright;
using Xunit;

namespace DataEfficiency.Browser.Tests;

/// <summary>A portal on a real port and a real Chromium, one of each per test class.</summary>
public sealed class BrowserPortal : PortalFactory, IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _chromium;

    public BrowserPortal() => UseKestrel(0);

    /// <summary>By the name localhost: a passkey belongs to a name, not to an address.</summary>
    public string Url { get; private set; } = "";

    public async Task InitializeAsync()
    {
        StartServer();
        Url = $"http://localhost:{ClientOptions.BaseAddress.Port}";
        Assertions.SetDefaultExpectTimeout(Patience.Milliseconds);
        _playwright = await Playwright.CreateAsync();
        _chromium = await Tests.Browser.LaunchAsync(_playwright);
    }

    /// <summary>A browser of its own (cookies, storage) with one page; problems of its console are collected.</summary>
    public async Task<(IPage Page, List<string> Problems)> OpenAsync(int width = 1440, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _chromium!.NewContextAsync(new() { BaseURL = Url, ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = scheme });
        context.SetDefaultTimeout(Patience.Milliseconds);
        var page = await context.NewPageAsync();
        List<string> problems = [];
        page.Console += (_, message) =>
        {
            if (message.Type is "error") problems.Add($"{message.Text} {message.Location}");
        };
        page.PageError += (_, error) => problems.Add(error);
        return (page, problems);
    }

    /// <summary>Signs in through the page and waits until the first page answers to clicks.</summary>
    public static async Task SignInAsync(IPage page, string userName, string password = Password)
    {
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("E-mail or user name").FillAsync(userName);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await WaitInteractiveAsync(page);
    }

    /// <summary>A click on a prerendered page is lost before the circuit is up.</summary>
    public static Task WaitInteractiveAsync(IPage page) => page.WaitForSelectorAsync("main[data-interactive=true]");

    async Task IAsyncLifetime.DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        _playwright?.Dispose();
        await DisposeAsync();
    }

    internal static string FindChromium()
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } path) return path;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return new[] { "chromium", "chromium-browser", "google-chrome", "google-chrome-stable" }
            .SelectMany(name => folders.Select(f => Path.Combine(f, name))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("No Chromium found: set CHROMIUM_PATH, or run tests/run, which installs it.");
    }
}
