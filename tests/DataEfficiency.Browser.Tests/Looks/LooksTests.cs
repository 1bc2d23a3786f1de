using DataEfficiency.Portal.Tests;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Looks;

/// <summary>
/// Every page, wide and narrow, light and dark: no colour outside the tokens, no word cut or on another one, no page that scrolls sideways,
/// nothing that axe finds. One site and one visit per page. With DATAEFFICIENCY_SCREENSHOTS set, each look is a picture in that folder.
/// </summary>
[Collection(BrowserCollection.Name)]
public sealed class LooksTests(Browser browser) : IAsyncLifetime
{
    private readonly LookSite _site = new();

    public Task InitializeAsync() => _site.FillAsync();

    public async Task DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public async Task EveryPage_WideAndNarrow_LightAndDark_HasOnlyOurColours_WholeWords_AndNoAxeViolation()
    {
        await using var context = await browser.SignedInAsync(_site, LookSite.Lead);
        await context.AddInitScriptAsync(scriptPath: Path.Combine(PortalFactory.RepositoryRoot,
            "tests/DataEfficiency.Browser.Tests/Looks/looks.js"));
        var page = await context.NewPageAsync();
        List<string> faults = [];
        foreach (var (path, act) in Pages())
        {
            await page.SetViewportSizeAsync(1440, 900);
            await page.GotoAsync(_site.Url + path);
            if (act is not null) await act(page);
            await LookAsync(page, path, faults);
        }
        // German words are long: no page may scroll sideways for them, cut them, or lay one on another
        foreach (var language in Folder is null ? new[] { "de" } : ["de", "ja"])
        {
            await context.AddCookiesAsync([new() { Name = "de-language", Value = language, Url = _site.Url }]);
            foreach (var (path, act) in Pages().Where(p => !p.Path.Contains('?')))
            {
                await page.SetViewportSizeAsync(390, 900);
                await page.GotoAsync(_site.Url + path);
                if (act is not null) await act(page);
                faults.AddRange((await page.EvaluateAsync<string[]>("looks.places()")).Select(f => $"/{path} {language}: {f}"));
                faults.AddRange((await page.AxeFaultsAsync(["label-content-name-mismatch"])).Select(f => $"/{path} {language}: {f}"));
                await PictureAsync(page, $"{language}-{path}-390");
                // as wide as a page of 1280 that is read at four times its size; a field scrolls to what does not fit into it
                await page.SetViewportSizeAsync(320, 900);
                faults.AddRange((await page.EvaluateAsync<string[]>("looks.places()"))
                    .Where(f => !f.StartsWith("cut: input", StringComparison.Ordinal)).Select(f => $"/{path} {language} 320: {f}"));
                await PictureAsync(page, $"{language}-{path}-320");
                if (Folder is null) continue;
                await page.SetViewportSizeAsync(1440, 900);
                faults.AddRange((await page.EvaluateAsync<string[]>("looks.places()")).Select(f => $"/{path} {language} 1440: {f}"));
                await PictureAsync(page, $"{language}-{path}-1440");
            }
        }
        await context.ClearCookiesAsync();
        foreach (var path in new[] { "sign-in", "link/unknown", _site.Invitation, "status/404", "error" })
        {
            await page.SetViewportSizeAsync(1440, 900);
            await page.GotoAsync(_site.Url + path);
            await LookAsync(page, path, faults);
        }
        Assert.True(faults.Count == 0, $"{faults.Count}:\n{string.Join("\n", faults.Take(60))}");
    }

    private IEnumerable<(string Path, Func<IPage, Task>? Act)> Pages()
    {
        var project = $"projects/{_site.Labelled}";
        yield return ("", ReadyAsync(".project h2"));
        yield return (project, ReadyAsync(".needdot, .headline"));
        yield return ($"{project}?methods", async page =>
        {
            await ReadyAsync("details:has(.methods) summary")(page);
            await page.Locator("details:has(.methods) summary").ClickAsync();
        });
        yield return ("track-record", ReadyAsync(".track"));
        yield return ($"projects/{_site.Empty}", ReadyAsync(".headline"));
        yield return ($"projects/{_site.Stopped}", ReadyAsync(".headline"));
        yield return ($"projects/{_site.Ending}", async page =>
        {
            await ReadyAsync(".checklist")(page);
            await page.Locator(".waive summary").First.ClickAsync();
            await page.Locator(".way summary").Last.ClickAsync();
        });
        yield return ($"{project}/items", ReadyAsync("tr.line"));
        yield return ($"{project}/exports", ReadyAsync(".exports tr:nth-child(2) a[download]"));
        yield return ($"{project}/items?open", async page =>
        {
            await ReadyAsync("tr.line")(page);
            // the list may still be drawing its rows anew
            for (var tries = 3; await page.Locator(".mud-dialog").CountAsync() == 0 && tries > 0; tries--)
            {
                await page.Locator("tr.line .linklike").Nth(1).ClickAsync();
                await page.Locator(".mud-dialog .voices").WaitForAsync(new() { Timeout = tries == 1 ? Patience.Milliseconds : 20_000 })
                    .ContinueWith(_ => { }, TaskScheduler.Default);
            }
            await page.WaitForSelectorAsync(".mud-dialog .voices");
        });
        yield return ($"{project}/items?seconds=1..", async page =>
        {
            await ReadyAsync("tr.line")(page);
            await page.Locator("tr.line input").First.ClickAsync();
            await page.WaitForSelectorAsync(".bulk");
        });
        yield return ($"{project}/annotators", ReadyAsync(".people"));
        yield return ($"{project}/review", async page =>
        {
            await ReadyAsync(".review:focus")(page);
            await page.Keyboard.PressAsync("g");
            await page.Keyboard.PressAsync("e");
            await page.WaitForSelectorAsync(".other-answer");
        });
        yield return ($"{project}/settings", ReadyAsync(".answers"));
        yield return ($"{project}/settings?log", async page =>
        {
            await ReadyAsync(".answers")(page);
            await page.GetByRole(AriaRole.Button, new() { Name = "Log: hooks.a-rather-long-domain.example" }).ClickAsync();
            await page.WaitForSelectorAsync(".deliveries");
            await page.ClickAsync("details:has(.versions) summary");
            await page.WaitForSelectorAsync(".versions ins");
        });
        yield return ($"{project}/audit", ReadyAsync(".audit"));
        yield return ("audit", ReadyAsync(".audit"));
        yield return ($"{project}/settings?choosing", async page =>
        {
            await ReadyAsync(".answers")(page);
            await page.ClickAsync("[name=model]");
            await page.WaitForSelectorAsync(".choice-open.mud-popover-open .mud-list-item");
        });
        yield return ($"projects/{_site.Short}/settings", ReadyAsync("[name=completions]"));
        yield return ("projects/new", ReadyAsync("[name=guideline]"));
        yield return ("models", ReadyAsync("h1"));
        yield return ("models/BundledModel/calibration", ReadyAsync(".calibration"));
        yield return ("people", ReadyAsync("h1"));
        yield return ($"people/{_site.Person}", ReadyAsync("h1"));
        yield return ("account", null);
        yield return ($"{project}/label", async page =>
        {
            await page.WaitForSelectorAsync(".stage[data-item]");
            await page.WaitForSelectorAsync(".guideline[data-news] .news");
        });
        yield return ($"projects/{_site.Short}/label", page => page.WaitForSelectorAsync(".stage[data-item]"));
    }

    private static Func<IPage, Task> ReadyAsync(string selector) => async page =>
    {
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        await page.WaitForSelectorAsync(selector);
    };

    private static async Task LookAsync(IPage page, string path, List<string> faults)
    {
        // a circuit that begins writes the title anew
        await page.WaitForFunctionAsync("document.title");
        foreach (var width in new[] { 1440, 390 })
        {
            await page.SetViewportSizeAsync(width, 900);
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
                faults.AddRange((await page.EvaluateAsync<string[]>("looks.colours()")).Select(f => $"/{path} {width} {scheme}: {f}"));
                faults.AddRange((await page.AxeFaultsAsync()).Select(f => $"/{path} {width} {scheme}: {f}"));
                await PictureAsync(page, $"{path}-{width}-{scheme}");
            }
            faults.AddRange((await page.EvaluateAsync<string[]>("looks.places()")).Select(f => $"/{path} {width}: {f}"));
        }
    }

    private static string? Folder =>
        Environment.GetEnvironmentVariable("DATAEFFICIENCY_SCREENSHOTS") is { Length: > 0 } folder ? folder : null;

    private static Task PictureAsync(IPage page, string name) => Folder is null ? Task.CompletedTask : page.ScreenshotAsync(new()
    {
        Path = Path.Combine(Folder, $"{name.Replace('/', '-').Replace('?', '-')}.png"), FullPage = true,
    });
}
