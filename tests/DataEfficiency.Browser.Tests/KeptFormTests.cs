using System.Text;
using DataEfficiency.Browser.Tests.Journey;
using DataEfficiency.Portal.Tests;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests;

/// <summary>Typed forms outlive a restart of the server, and "live" is said only by a page that is.</summary>
[Collection(PortalProcesses.Name)]
public sealed class KeptFormTests(Browser browser) : IDisposable
{
    private readonly PortalProcess _portal = new();

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task WizardAndSettings_AfterAKill_HaveWhatWasTyped_AndTheFile()
    {
        await _portal.StartAsync();
        await using var context = await browser.Chromium.NewContextAsync();
        context.SetDefaultTimeout(Patience.Milliseconds);
        var page = await new LabelingPerson(_portal, context).SetUpAsync();
        await page.GotoAsync(_portal.Url + "/projects/new");
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        await page.FillAsync("[name=name]", "Kept");
        await page.FillAsync("[name=instruction]", "Which?");
        var csv = "text,intent\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"message {i},intent {i % 3}\n"));
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "kept.csv", MimeType = "text/csv",
            Buffer = Encoding.UTF8.GetBytes(csv) });
        await page.ChooseAsync("answerColumn", "intent");
        await page.GetByText("3 values in 60").WaitForAsync();
        await page.GetByLabel("Name of answer 2").FillAsync("the second");
        await page.GetByLabel("Name of answer 2").BlurAsync();
        await page.WaitForFunctionAsync("() => Object.entries(localStorage).some(([key, value]) => key.includes('new-project') && "
            + "value.includes('the second'))");
        await _portal.KillAsync();
        // typed while the server is away
        await page.FillAsync("[name=instruction]", "Which of the three?");
        await _portal.StartAsync();

        await page.GetByText("What you typed before is back.").WaitForAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('[name=instruction]').value === 'Which of the three?'");
        Assert.Equal(("Kept", "the second", "60"), (await page.InputValueAsync("[name=name]"),
            await page.GetByLabel("Name of answer 2").InputValueAsync(), await page.InputValueAsync("[name=budget]")));
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and import" }).ClickAsync();
        await page.WaitForURLAsync(url => System.Text.RegularExpressions.Regex.IsMatch(url, @"/projects/\d+$"));
        Assert.Equal(0, await page.EvaluateAsync<int>("Object.keys(localStorage).filter(k => k.includes('new-project')).length"));
        await page.GetByText("of 32").First.WaitForAsync();
        Assert.True(await page.Locator(".when-live").IsVisibleAsync());

        var budget = page.Url;
        await page.GotoAsync(budget + "/settings");
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        Assert.Equal("active", (await page.InnerTextAsync(".title .pill")).Trim());
        await page.FillAsync("[name=guideline]", "Half a guideline");
        await page.Locator("[name=guideline]").BlurAsync();
        await page.WaitForFunctionAsync("() => Object.values(localStorage).some(value => value.includes('Half a guideline'))");
        await page.GotoAsync(budget);
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        // the server may still be reading what the page shows
        await page.Locator(".when-live").WaitForAsync();
        await _portal.KillAsync();
        await page.Locator(".when-away").WaitForAsync();
        Assert.True(await page.Locator(".when-live").IsHiddenAsync());
        await _portal.StartAsync();
        await page.GotoAsync(budget + "/settings");
        await page.GetByText("What you typed before and did not save is back.").WaitForAsync();
        Assert.Equal("Half a guideline", await page.InputValueAsync("[name=guideline]"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await page.WaitForFunctionAsync("() => !Object.values(localStorage).some(value => value.includes('Half a guideline'))");
    }
}
