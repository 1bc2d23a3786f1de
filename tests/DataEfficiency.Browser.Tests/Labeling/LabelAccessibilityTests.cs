using DataEfficiency.Portal.Storage;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Labeling;

[Collection(BrowserCollection.Name)]
public sealed class LabelAccessibilityTests(Browser browser) : IDisposable
{
    private readonly LabelSite _site = new(browser);

    public void Dispose() => _site.Dispose();

    [Theory]
    [InlineData(TaskType.SingleChoice, ColorScheme.Light, 1440)]
    [InlineData(TaskType.SingleChoice, ColorScheme.Dark, 390)]
    [InlineData(TaskType.ShortAnswer, ColorScheme.Dark, 1440)]
    public async Task LabelPage_InEveryState_HasNoAxeViolation(TaskType type, ColorScheme scheme, int width)
    {
        await _site.AddPoolAsync(2, type, change: p => p.Guideline = "# Rules\n\nChoose **one**.");
        await using var context =
            await _site.SignedInAsync(options: new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 844 } });
        var page = await _site.OpenAsync(context);
        await page.HasNoAxeFaultAsync("item");
        await page.ClickAsync(".keys button:nth-child(2)");
        await page.HasNoAxeFaultAsync("skip panel");
        await page.Keyboard.PressAsync("F1");
        await page.HasNoAxeFaultAsync("help");
        await page.Keyboard.PressAsync("Escape");
        for (var i = 0; i < 2; i++)
        {
            if (type == TaskType.SingleChoice) await page.ClickAsync(".editor .chip");
            else
            {
                await page.FillAsync("textarea", "an answer");
                await page.ClickAsync(".send");
            }
        }
        await page.WaitForSelectorAsync(".item.empty");
        await LabelSite.SavedAsync(page);
        await page.HasNoAxeFaultAsync("done");
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways");
    }
}
