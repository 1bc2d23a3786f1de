using System.Text;
using DataEfficiency.Portal.Tests;
using DataEfficiency.Portal.Tests.Security;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests;

/// <summary>Words that are markup, in every field: no page runs any of them, not even without the policy that would forbid it.</summary>
[Collection(BrowserCollection.Name)]
public sealed class HostileWordsTests(Browser browser) : IDisposable
{
    private readonly KestrelFactory _portal = new();

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task EveryPage_OfWordsThatAreMarkup_ShowsThemAndRunsNone()
    {
        _ = _portal.Url;
        var project = $"projects/{await _portal.AddHostileProjectAsync()}";
        await using var context = await browser.SignedInAsync(_portal, HostileWords.Lead, new()
        {
            BypassCSP = true, ViewportSize = new() { Width = 1440, Height = 900 },
        });
        List<string> ran = [];
        await context.ExposeFunctionAsync("pwned", (string field) => ran.Add(field));
        var page = await context.NewPageAsync();
        page.Dialog += (_, dialog) => { ran.Add(dialog.Message); _ = dialog.DismissAsync(); };
        var shown = new StringBuilder();
        foreach (var (path, ready, act) in Pages(project))
        {
            await page.GotoAsync(_portal.Url + path);
            await page.WaitForSelectorAsync(ready);
            if (act is not null) await act(page);
            Assert.True(await page.Locator(HostileWords.Elements).CountAsync() == 0, $"{path}: markup became an element");
            shown.Append(await page.EvaluateAsync<string>("document.documentElement.innerText + [...document.querySelectorAll("
                + "'input, textarea, [title], [aria-label]')].map(e => `${e.value} ${e.title} ${e.ariaLabel}`).join(' ')"));
        }
        Assert.Empty(ran);
        Assert.All(new[] { "text", "label", "group", "description", "note", "reason", "guideline", "instruction", "project", "person",
            "view", "token", "webhook", "file", "cell", "error", "before", "after", "id" },
            field => Assert.True(shown.ToString().Contains($"pwned('{field}')"), $"{field} was on no page"));
    }

    private static IEnumerable<(string Path, string Ready, Func<IPage, Task>? Act)> Pages(string project)
    {
        const string Live = "main[data-interactive=true] ";
        yield return ("", $"{Live}.project h2", null);
        yield return (project, $"{Live}.headline", null);
        yield return ($"{project}/items", $"{Live}tr.line", async page =>
        {
            await page.Locator("tr.line .linklike").Nth(1).ClickAsync();
            await page.WaitForSelectorAsync(".mud-dialog .voices");
        });
        yield return ($"{project}/items?status=open", $"{Live}.views .choice", null);
        yield return ($"{project}/annotators", $"{Live}.people", null);
        yield return ($"{project}/review", $"{Live}.review", page => page.Keyboard.PressAsync("g"));
        yield return ($"{project}/settings", $"{Live}.answers", async page =>
        {
            await page.Locator(".answers button.square[aria-expanded=false]").First.ClickAsync();
            await page.WaitForSelectorAsync("[name=description]");
        });
        yield return ($"{project}/audit", $"{Live}.audit", null);
        yield return ("people", $"{Live}h1", null);
        yield return ("account", "h1", null);
        yield return ($"{project}/label", ".stage[data-item]", async page =>
        {
            await page.Keyboard.PressAsync("Digit2");
            await page.WaitForSelectorAsync(".last:has-text('pwned')");
            await page.Keyboard.PressAsync("Space");
        });
    }
}
