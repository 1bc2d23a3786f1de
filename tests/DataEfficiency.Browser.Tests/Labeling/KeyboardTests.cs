using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Labeling;

[Collection(BrowserCollection.Name)]
public sealed class KeyboardTests(Browser browser) : IDisposable
{
    private readonly LabelSite _site = new(browser);

    public void Dispose()
    {
        _site.Dispose();
        Assert.Empty(_site.Errors);
    }

    [Fact]
    public async Task ChangedKeys_Act_AreShown_AndHoldAfterAReload()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.PressAsync("F1");
        await ChangeAsync(page, "flag", ".");
        Assert.Contains("both “flag” and “note”", await page.InnerTextAsync(".panel [role=status]"));
        await ChangeAsync(page, "flag", "x");
        await page.ClickAsync(".panel summary");
        await ChangeAsync(page, "label-2", "j");
        Assert.Equal(["X", "J"], [await page.InnerTextAsync(".keys [data-action=flag] kbd"),
            await page.InnerTextAsync(".chip:nth-child(2) kbd")]);

        await page.ReloadAsync();
        await LabelSite.ItemAsync(page);
        await page.Keyboard.PressAsync("x");
        await page.WaitForSelectorAsync(".meta .tag:not([hidden])");
        // the old keys do nothing any more
        await page.Keyboard.PressAsync(",");
        await page.Keyboard.PressAsync("Digit2");
        Assert.Equal("text 0", await page.InnerTextAsync(".stage .item"));
        await page.Keyboard.PressAsync("j");
        Assert.Equal("text 1", await page.InnerTextAsync(".stage .item"));
        await page.Keyboard.PressAsync("-");
        Assert.Equal(["1", "J", "3", "4", "5"], await page.Locator(".panel .chip kbd").AllInnerTextsAsync());
        await page.Keyboard.PressAsync("j");
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = dog"], await _site.AnswersAsync());
        await using (var db = await _site.OpenDbAsync())
            Assert.Equal((true, "no answer fits"), ((await db.Remarks.SingleAsync()).Flagged, (await db.Skips.SingleAsync()).Reason));

        await page.Keyboard.PressAsync("F1");
        await page.ClickAsync(".panel .btn");
        await page.WaitForFunctionAsync("() => document.querySelector('.keys [data-action=flag] kbd').textContent === ','");
        await page.Keyboard.PressAsync("Digit3");
        Assert.Equal("text 3", await page.InnerTextAsync(".stage .item"));
    }

    [Fact]
    public async Task LabelsOwnLetter_Chooses_AndAnotherLetterOpensTheFinder()
    {
        await _site.AddPoolAsync();
        await using (var db = await _site.OpenDbAsync())
            await db.Labels.Where(l => l.Name == "fish").ExecuteUpdateAsync(l => l.SetProperty(x => x.Key, "f"));
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.PressAsync("f");
        Assert.Equal("text 1", await page.InnerTextAsync(".stage .item"));
        await page.Keyboard.PressAsync("b");
        await page.Keyboard.PressAsync("Enter");
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = fish", "text 1 = bird"], await _site.AnswersAsync());
    }

    private static async Task ChangeAsync(IPage page, string action, string key)
    {
        await page.ClickAsync($".panel [data-action={action}]");
        await page.WaitForSelectorAsync(".panel .waiting");
        await page.Keyboard.PressAsync(key);
        await page.WaitForFunctionAsync("() => /both|Kept/.test(document.querySelector('.panel [role=status]').textContent)");
    }
}
