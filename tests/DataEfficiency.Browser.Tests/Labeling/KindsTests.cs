using System.Text.Json;
using DataEfficiency.Portal.Storage;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Labeling;

/// <summary>The editors of the kinds of task beyond choosing one and writing a few words, by keys and by mouse.</summary>
[Collection(BrowserCollection.Name)]
public sealed class KindsTests(KindsSite site) : IClassFixture<KindsSite>
{
    [Fact]
    public async Task SeveralLabels_ToggledUndoneSentAndReopened_AreOneAnswer()
    {
        var page = await site.OpenAsync(TaskType.MultiLabel, ["food", "travel", "bank"], ["one", "two", "three"]);
        await PressAsync(page, "Digit3", "Digit1", "Digit2", "Backspace");
        Assert.Equal(["food ×", "bank ×"], await page.Locator(".tray button").AllInnerTextsAsync());
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("two", await LabelSite.ItemAsync(page));

        // nothing chosen is no answer; none of them is one
        await page.Keyboard.PressAsync("Enter");
        Assert.Contains("none of these", await page.InnerTextAsync(".notice"));
        await PressAsync(page, "Digit1", "Digit4", "Enter");
        Assert.Equal("three", await LabelSite.ItemAsync(page));
        // letters find, Enter takes, an empty finder sends
        await PressAsync(page, "t", "Enter", "b", "a", "Enter", "Enter");
        await page.WaitForSelectorAsync(".item.empty");
        var (food, travel, bank) = (site.LabelIds[0], site.LabelIds[1], site.LabelIds[2]);
        Assert.Equal([$$"""{"labels":[{{food}},{{bank}}]}""", """{"labels":[]}""", $$"""{"labels":[{{travel}},{{bank}}]}"""],
            await site.StoredAsync(page));

        // no edit of this item: the key means the answers before it
        await PressAsync(page, "Backspace", "Backspace", "Digit4");
        await page.ClickAsync(".chip:nth-child(2)");
        await page.ClickAsync(".send");
        await page.WaitForSelectorAsync(".item.empty");
        Assert.Equal($$"""{"labels":[{{travel}}]}""", (await site.StoredAsync(page))[1]);
        Assert.Empty(site.Errors);
    }

    [Fact]
    public async Task Rewrite_ChangedOrLeftAsItIs_ShowsItsChangesWordByWord()
    {
        var page = await site.OpenAsync(TaskType.RewritePair, [], ["He go to to school .", "It is right.", "東京へ行く"]);
        // Enter too early is no answer
        await page.Keyboard.PressAsync("Enter");
        Assert.Contains("F8", await page.InnerTextAsync(".notice"));
        await page.FillAsync(".writing textarea", "He goes to school.");
        Assert.Equal(["go to", " "], await page.Locator(".changes del").AllInnerTextsAsync());
        Assert.Equal(["goes"], await page.Locator(".changes ins").AllInnerTextsAsync());
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("It is right.", await LabelSite.ItemAsync(page));
        await page.Keyboard.PressAsync("F8");
        Assert.Equal("東京へ行く", await LabelSite.ItemAsync(page));
        await page.ClickAsync(".writing .ghost");
        await page.WaitForSelectorAsync(".item.empty");
        Assert.Equal(["He goes to school.", "It is right.", "東京へ行く"],
            (await site.StoredAsync(page)).Select(json => JsonDocument.Parse(json).RootElement.GetProperty("text").GetString()));
        Assert.Empty(site.Errors);
    }

    private static async Task PressAsync(IPage page, params string[] keys)
    {
        foreach (var key in keys) await page.Keyboard.PressAsync(key);
    }
}
