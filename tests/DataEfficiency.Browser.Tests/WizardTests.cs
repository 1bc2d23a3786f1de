using System.Text;
using DataEfficiency.Portal.Storage;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests;

[Collection(BrowserCollection.Name)]
public sealed class WizardTests(Browser browser) : IDisposable
{
    private readonly KestrelFactory _portal = new();

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task Wizard_WithAFile_UsesTheWidth_ProposesTheBudget_AndShowsThatAnswersScroll()
    {
        _ = _portal.Url;
        await _portal.AddPersonAsync("ada", GlobalRoles.Lead);
        await using var context = await browser.SignedInAsync(_portal, "ada");
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{_portal.Url}projects/new");
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        // the page is read from its heading on, unless somebody types already: the field is not taken from under the fingers
        await page.WaitForFunctionAsync("() => document.activeElement.tagName === 'H1'");
        await page.FocusAsync("[name=name]");
        await page.EvaluateAsync("portal.focusHeading()");
        Assert.Equal("name", await page.EvaluateAsync<string>("document.activeElement.name"));
        Assert.Equal(("90", "100"), (await page.InputValueAsync("[name=targetValue]"), await page.InputValueAsync("[name=ceiling]")));

        await ChooseAsync(page, 240);
        Assert.Equal("240", await page.InputValueAsync("[name=budget]"));
        // no empty third: the cards end where the page does, and the fields of the first where the card does
        var (card, field) = (await RightAsync(page, ".steps .card"), await RightAsync(page, ".steps [name=guideline]"));
        Assert.InRange(card, 1440 - 110, 1440);
        Assert.InRange(field, card - 40, card);
        await page.GetByText("40 answers, scroll for the others").WaitForAsync();
        var answers = await page.EvalOnSelectorAsync<string>(".answers", "e => `${e.scrollHeight > e.clientHeight} ${e.tabIndex}`");
        Assert.Equal("true 0", answers);

        // another file, another proposal; a typed budget stays
        await ChooseAsync(page, 80);
        await page.WaitForFunctionAsync("() => document.querySelector('[name=budget]').value === '80'");
        await page.FillAsync("[name=budget]", "50");
        await page.Locator("[name=budget]").BlurAsync();
        await ChooseAsync(page, 120);
        await page.GetByText("120 rows").First.WaitForAsync();
        Assert.Equal("50", await page.InputValueAsync("[name=budget]"));
    }

    private static async Task ChooseAsync(IPage page, int rows)
    {
        var csv = "text,intent\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"message number {i},intent {i % 40}\n"));
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = $"{rows}.csv", MimeType = "text/csv",
            Buffer = Encoding.UTF8.GetBytes(csv) });
        await page.GetByText($"{rows}.csv").First.WaitForAsync();
        await page.ChooseAsync("answerColumn", "intent");
        await page.GetByText($"values in {rows} rows").Or(page.GetByText($"in {rows}")).First.WaitForAsync();
    }

    private static async Task<double> RightAsync(IPage page, string selector) =>
        await page.EvalOnSelectorAsync<double>(selector, "e => e.getBoundingClientRect().right");
}
