using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests;

[Collection(BrowserCollection.Name)]
public sealed class FocusRingTests(Browser browser) : IDisposable
{
    private const int MostStops = 90;

    /// <summary>The element under the focus: its place in the page, and what is wrong with its ring; null at the page's end.</summary>
    private const string UnderFocus = """
        () => {
          const at = document.activeElement;
          if (!at || at === document.body) return null;
          // where a page begins: the script puts the focus there, no key does
          if (at.tabIndex < 0) return '';
          const ringed = e => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; };
          // a text field may show the focus on the box around it
          const box = at.closest('.find, .drop, .mud-input-control');
          return ringed(at) || box && (ringed(box) || box.classList.contains('mud-input-control')) ? '' : at.outerHTML.slice(0, 120);
        }
        """;

    private readonly KestrelFactory _portal = new();

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task EveryPage_UnderTab_EachStopShowsItsRing()
    {
        _ = _portal.Url;
        var (project, _) = await _portal.AddLabelPoolAsync(40, 32, ranked: true, TaskType.SingleChoice, ["yes", "no"]);
        var admin = await _portal.AddPersonAsync("ada", GlobalRoles.Admin);
        await _portal.AddMemberAsync(project, admin.Id, ProjectRole.Lead);
        await using var context = await browser.SignedInAsync(_portal, "ada");
        var page = await context.NewPageAsync();
        List<string> without = [];
        foreach (var path in new[] { "", "models", "people", "account", "projects/new", $"projects/{project}", $"projects/{project}/items",
            $"projects/{project}/annotators", $"projects/{project}/settings", $"projects/{project}/label" })
        {
            await page.GotoAsync(_portal.Url + path);
            if (path is not "account") await page.WaitForSelectorAsync("main[data-interactive=true]");
            if (path.EndsWith("label", StringComparison.Ordinal)) await LabelItemAsync(page);
            without.AddRange((await StopsAsync(page)).Select(stop => $"/{path}: {stop}"));
        }
        await page.Context.ClearCookiesAsync();
        await page.GotoAsync(_portal.Url + "sign-in");
        without.AddRange((await StopsAsync(page)).Select(stop => $"/sign-in: {stop}"));
        Assert.True(without.Count == 0, string.Join("\n", without));
    }

    /// <summary>Tabs through the page; the elements without a ring.</summary>
    private static async Task<IReadOnlyList<string>> StopsAsync(IPage page)
    {
        List<string> without = [];
        var stops = 0;
        while (stops < MostStops)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<string?>(UnderFocus) is not { } fault) break;
            stops++;
            if (fault.Length > 0) without.Add(fault);
        }
        Assert.True(stops >= 3, $"{page.Url} has only {stops} stops");
        return without;
    }

    private static Task LabelItemAsync(IPage page) => page.WaitForSelectorAsync(".stage[data-item]");
}
