using ClosedXML.Excel;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Tests;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Journey;

/// <summary>The main job on the real engine, from an empty installation to the Excel report, and what a killed portal must not
/// lose.</summary>
[Collection(PortalProcesses.Name)]
public sealed class JourneyTests(Browser browser) : IDisposable
{
    private readonly PortalProcess _portal = new();

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task EmptyInstallation_ThirtyTwoLabelsByKeyboard_StopAdviceAndExcelReport()
    {
        await _portal.StartAsync();
        await using var context = await browser.Chromium.NewContextAsync(new() { AcceptDownloads = true });
        context.SetDefaultTimeout(Patience.Milliseconds);
        var person = new LabelingPerson(_portal, context);
        var budget = await person.SetUpAsync();
        var project = await person.CreateProjectAsync(budget);
        // the budget page stays open and must never reload; what it draws is noted as it changes
        await budget.EvaluateAsync("""
            () => {
              window.drawn = [];
              const read = () => { const t = document.querySelector('.decision')?.innerText ?? ''; if (drawn.at(-1) !== t) drawn.push(t); };
              new MutationObserver(read).observe(document.querySelector('main'), { childList: true, subtree: true, characterData: true });
            }
            """);
        var label = await person.OpenLabelPageAsync(project);

        await LabelingPerson.LabelAsync(label, 31);
        await LabelingPerson.SavedAsync(label);
        await LabelingPerson.LabelAsync(label, 1);
        await LabelingPerson.SavedAsync(label);

        await budget.GetByText("the whole budget of 32 labels is used up").First.WaitForAsync();
        await budget.GetByText("after 32 of 32").First.WaitForAsync();
        var drawn = await budget.EvaluateAsync<string[]>("drawn");
        Assert.Contains(drawn, text => text.Contains("of 32"));
        Assert.True(drawn.Distinct().Count() >= 3, string.Join("\n---\n", drawn));
        var versions = await budget.Locator(".history tbody tr").CountAsync();
        Assert.True(versions >= 2, $"{versions} estimates in the history");

        // annotators see the stop when the lead confirms it, not before
        await label.WaitForSelectorAsync(".stage[data-item]");
        await WaiveAllAsync(budget);
        await budget.Locator(".ways").GetByRole(AriaRole.Button, new() { Name = "Stop now" }).ClickAsync();
        await budget.Locator(".mud-dialog").GetByRole(AriaRole.Button, new() { Name = "Stop now" }).ClickAsync();
        await budget.GetByText("Stopped at 32 labels").WaitForAsync();
        // what was on the screen may still be answered, and nothing comes after it
        await label.ReloadAsync();
        var finished = 0;
        while (await label.WaitForSelectorAsync(".stage[data-item], .item.empty") is { } there
            && await there.GetAttributeAsync("data-item") is not null)
        {
            Assert.InRange(++finished, 1, 3);
            await LabelingPerson.LabelAsync(label, 1);
            await LabelingPerson.SavedAsync(label);
        }

        await ExportAsync(budget, 32 + finished);
    }

    /// <summary>A pool for a first look: what is open on the list before a stop is waived, each with its reason.</summary>
    private static async Task WaiveAllAsync(IPage budget)
    {
        await budget.WaitForSelectorAsync(".checklist");
        while (await budget.Locator(".checklist .open").CountAsync() is > 0 and var open)
        {
            var line = budget.Locator(".checklist .open").First;
            await line.Locator("summary").ClickAsync();
            await line.Locator("input").FillAsync("a first look");
            await line.GetByRole(AriaRole.Button, new() { Name = "Waive" }).ClickAsync();
            await budget.WaitForFunctionAsync("n => document.querySelectorAll('.checklist .open').length < n", open);
        }
    }

    /// <summary>The report holds all labels.</summary>
    internal static async Task ExportAsync(IPage budget, int labels = 32)
    {
        var download = await budget.RunAndWaitForDownloadAsync(() => budget.GetByRole(AriaRole.Link, new() { Name = "Export to Excel" })
            .ClickAsync());
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".xlsx");
        await download.SaveAsAsync(file);
        try
        {
            using var report = new XLWorkbook(file);
            Assert.Equal(["Summary", "Labels", "Forecast history", "Annotators", "Agreement", "Checks", "Track record", "Reviews",
                "Notes and skips"], report.Worksheets.Select(s => s.Name));
            Assert.Equal(labels + 1, report.Worksheet("Labels").RowsUsed().Count());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task PortalKilledMidway_StartedAgain_EveryLabelShownAsSavedIsThere()
    {
        await using var context = await browser.Chromium.NewContextAsync();
        var (person, page, project, label) = await LabeledAsync(context, 12);
        var last = await label.GetAttributeAsync(".stage", "data-item");

        await _portal.KillAsync();
        // the page is still open and goes on with the cards it holds
        await LabelingPerson.LabelAsync(label, 1);
        await label.WaitForSelectorAsync(".stage[data-connection=offline]");
        await _portal.StartAsync();
        await LabelingPerson.SavedAsync(label);

        await page.GotoAsync($"{_portal.Url}/projects/{project}");
        await page.GetByText("13 of 32").First.WaitForAsync();
        await page.GotoAsync($"{_portal.Url}/projects/{project}/items");
        var answers = await page.APIRequest.GetAsync($"{_portal.Url}/api/v1/projects/{project}/export.jsonl");
        Assert.Equal(13, (await answers.TextAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var again = await person.OpenLabelPageAsync(project);
        Assert.NotEqual(last, await again.GetAttributeAsync(".stage", "data-item"));
        await LabelingPerson.LabelAsync(again, 1);
        await LabelingPerson.SavedAsync(again);
    }

    [Fact]
    public async Task ServerDownAndUpAgain_LabelsGivenMeanwhileArriveInOrder()
    {
        await using var context = await browser.Chromium.NewContextAsync();
        var (_, page, project, label) = await LabeledAsync(context, 2);

        await _portal.KillAsync();
        await LabelingPerson.LabelAsync(label, 3);
        await label.WaitForSelectorAsync(".stage[data-connection=offline][data-waiting='3']");
        Assert.Contains("3 kept here", await label.InnerTextAsync(".saved"));
        await _portal.StartAsync();

        await LabelingPerson.SavedAsync(label);
        await label.WaitForSelectorAsync(".stage[data-item]");
        var lines = await page.APIRequest.GetAsync($"{_portal.Url}/api/v1/projects/{project}/export.jsonl");
        Assert.Equal(5, (await lines.TextAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task PortalKilledDuringImport_StartedAgain_ShowsNothingOrEverything()
    {
        const int rows = 40_000;
        await _portal.StartAsync();
        await using var context = await browser.Chromium.NewContextAsync(new() { Locale = "en-US" });
        context.SetDefaultTimeout(Patience.Milliseconds);
        var person = new LabelingPerson(_portal, context);
        var page = await person.SetUpAsync();
        var project = await person.BeginProjectAsync(page, Enumerable.Range(0, rows)
            .Select(i => new Example($"message {i}", i % 2 == 0 ? "left" : "right")));
        // some rows are stored, not all
        await page.WaitForFunctionAsync("() => { const n = Number((document.querySelector('.import-state')?.innerText.match(/([\\d,]+) "
            + "rows read/) ?? [])[1]?.replaceAll(',', '')); return n > 0; }");
        Assert.Contains("Importing", await page.InnerTextAsync(".import-state"));
        await _portal.KillAsync();
        await _portal.StartAsync();

        await page.GotoAsync($"{_portal.Url}/projects/{project}/items");
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        var seen = await page.Locator("main p.note[role=status]").First.InnerTextAsync();
        Assert.True(seen is "0 items" or "40,000 items", seen);
        await page.GotoAsync($"{_portal.Url}/projects/{project}/settings");
        await page.GetByText("40,000 added").WaitForAsync();
        await page.GotoAsync($"{_portal.Url}/projects/{project}/items");
        await page.GetByText("40,000 items").WaitForAsync();
    }

    /// <summary>A started portal with a ranked project and so many labels that the page shows as saved.</summary>
    private async Task<(LabelingPerson Person, IPage Page, int Project, IPage Label)> LabeledAsync(IBrowserContext context, int count)
    {
        await _portal.StartAsync();
        context.SetDefaultTimeout(Patience.Milliseconds);
        var person = new LabelingPerson(_portal, context);
        var page = await person.SetUpAsync();
        var project = await person.CreateProjectAsync(page);
        var label = await person.OpenLabelPageAsync(project);
        await LabelingPerson.LabelAsync(label, count);
        await LabelingPerson.SavedAsync(label);
        return (person, page, project, label);
    }
}
