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
        var page = await site.OpenAsync(TaskType.MultiLabel, ["food", "travel", "bank"], ["one", "two", "three"], label =>
            (label.Group, label.Description, label.Colour) = label.Name == "bank" ? ("Money", "accounts and cards", "#2f5bea") : default);
        Assert.Equal("Money", await page.InnerTextAsync(".chips .group"));
        Assert.Equal("bank\naccounts and cards", await page.InnerTextAsync(".chip:has(.swatch) .described"));
        await PressAsync(page, "Digit3", "Digit1", "Digit2", "Backspace");
        Assert.Equal(["food ×", "bank ×"], await page.Locator(".tray button").AllInnerTextsAsync());
        await page.HasNoAxeFaultAsync("several labels");
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
    public async Task Unfinished_TogglesAndMarks_AreThereAfterAReload_AndAKeyOfAnIMEMeansNothing()
    {
        var page = await site.OpenAsync(TaskType.Spans, ["city"], ["東京 to Rome", "two"]);
        await PressAsync(page, "ArrowRight", "Digit1", "Control+s");
        await page.ReloadAsync();
        await page.WaitForSelectorAsync(".picked");
        Assert.Equal(["東京"], await page.Locator(".item mark").AllInnerTextsAsync());
        // begun on another machine
        await page.WaitForFunctionAsync("() => { localStorage.clear(); return true; }");
        await page.ReloadAsync();
        await page.WaitForSelectorAsync(".picked");
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("two", await LabelSite.ItemAsync(page));
        Assert.Empty(await page.Locator(".picked").AllAsync());

        page = await site.OpenAsync(TaskType.MultiLabel, ["food", "travel"], ["one", "two"]);
        await page.EvaluateAsync("""
            () => ['1', 'Enter'].forEach(key => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code: key === '1'
              ? 'Digit1' : key, isComposing: true, bubbles: true })))
            """);
        Assert.Empty(await page.Locator(".picked").AllAsync());
        await PressAsync(page, "Digit2", "Control+s");
        await page.ReloadAsync();
        await page.WaitForSelectorAsync(".picked");
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("two", await LabelSite.ItemAsync(page));
        Assert.Equal([$$"""{"labels":[{{site.LabelIds[1]}}]}"""], await site.StoredAsync(page));
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
        await page.HasNoAxeFaultAsync("rewrite");
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

    // a family, a flag, an accent of its own, CR LF, two blanks, Arabic, Japanese: places in storage are code points
    private static readonly (string Text, int Word, int Start, int End)[] Places =
    [
        ("👨‍👩‍👧 in Rome", 2, 9, 13), ("🇩🇪 Berlin", 1, 3, 9), ("Cafe\u0301 Paris", 1, 6, 11), ("one\r\nRome", 1, 5, 9),
        ("to  Rome", 1, 4, 8),
        ("في القاهرة", 1, 3, 10), ("東京へ行く", 0, 0, 2),
    ];

    [Fact]
    public async Task Spans_NthWordByKeys_IsStoredInCodePointsAndMarkedAgain()
    {
        var page = await site.OpenAsync(TaskType.Spans, ["city"], [.. Places.Select(p => p.Text)]);
        foreach (var (text, word, _, _) in Places)
        {
            await LabelSite.ItemAsync(page);
            // in a text from right to left the next word is to the left
            var next = text[0] is > '\u0600' and < '\u0700' ? "ArrowLeft" : "ArrowRight";
            for (var i = 0; i <= word; i++) await page.Keyboard.PressAsync(next);
            await PressAsync(page, "Digit1", "Enter");
        }
        await page.WaitForSelectorAsync(".item.empty");
        Assert.Equal(Places.Select(p => $$"""{"spans":[{{Span(p.Start, p.End, site.LabelIds[0])}}]}"""),
            await site.StoredAsync(page));
        foreach (var (text, _, start, end) in Places.Reverse())
        {
            await page.Keyboard.PressAsync("Backspace");
            Assert.Equal(string.Concat(text.EnumerateRunes().Skip(start).Take(end - start)),
                await page.Locator("mark").TextContentAsync());
        }
        Assert.Empty(site.Errors);
    }

    [Fact]
    public async Task Spans_KeysAndMouse_MarkChangeRemoveAndUndo()
    {
        var page = await site.OpenAsync(TaskType.Spans, ["person", "city"],
            ["Ada Lovelace met Charles in London.", "Nothing here.", "東京と大阪"]);
        // Ada + Lovelace by keys, Charles by a click, London with half of its letters dragged over
        await PressAsync(page, "ArrowRight", "Shift+ArrowRight", "Digit1");
        await page.Mouse.ClickAsync(await XAsync(page, "Charles"), await YAsync(page));
        await page.Keyboard.PressAsync("Digit2");
        await page.Mouse.MoveAsync(await XAsync(page, "ond"), await YAsync(page));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(await XAsync(page, "on."), await YAsync(page), new() { Steps = 3 });
        await page.Mouse.UpAsync();
        await page.ClickAsync(".chip:nth-child(2)");
        // the one before is a person after all; what is marked is not marked again
        await PressAsync(page, "ArrowUp", "Digit1");
        Assert.Equal(["Ada Lovelace → person", "Charles → person", "London → city"], await ChipsAsync(page));
        await page.HasNoAxeFaultAsync("spans");
        await PressAsync(page, "Delete", "Backspace");
        Assert.Equal(3, (await ChipsAsync(page)).Count);
        // over the end by a character, and back
        await PressAsync(page, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "Digit1", "Control+z", "Enter");
        Assert.Equal("Nothing here.", await LabelSite.ItemAsync(page));

        await page.Keyboard.PressAsync("Enter");
        Assert.Contains("F8", await page.InnerTextAsync(".notice"));
        await page.Keyboard.PressAsync("F8");
        // what an input method composes is no key of the page; both ends are moved by characters
        await page.EvaluateAsync("""
            () => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Process', code: 'Digit1', keyCode: 229,
              isComposing: true, bubbles: true }))
            """);
        await PressAsync(page, "ArrowRight", "Control+ArrowRight", "Control+Shift+ArrowRight", "Control+ArrowLeft", "Digit2", "Enter");
        await page.WaitForSelectorAsync(".item.empty");
        var (person, city) = (site.LabelIds[0], site.LabelIds[1]);
        Assert.Equal(
        [
            $$"""{"spans":[{{Span(0, 12, person)}},{{Span(17, 24, person)}},{{Span(28, 34, city)}}]}""",
            """{"spans":[]}""", $$"""{"spans":[{{Span(1, 2, city)}}]}""",
        ], await site.StoredAsync(page));
        Assert.Empty(site.Errors);
    }

    private static string Span(int start, int end, int label) => $$"""{"start":{{start}},"end":{{end}},"label":{{label}}}""";

    [Fact]
    public async Task Spans_SuggestedOnes_AreThoseOfTheirOwnText()
    {
        var page = await site.OpenAsync(TaskType.Spans, ["city"], ["In Rome.", "🇩🇪 Far away from Rome."], suggestion: "Rome -> city");
        Assert.Equal("Rome → city", await page.InnerTextAsync(".suggestion b"));
        await page.Keyboard.PressAsync("+");
        Assert.Equal("🇩🇪 Far away from Rome.", await LabelSite.ItemAsync(page));
        Assert.Equal("Rome → city", await page.InnerTextAsync(".suggestion b"));
        await PressAsync(page, "+");
        await page.WaitForSelectorAsync(".item.empty");
        Assert.Equal([$$"""{"spans":[{{Span(3, 7, site.LabelIds[0])}}]}""", $$"""{"spans":[{{Span(17, 21, site.LabelIds[0])}}]}"""],
            await site.StoredAsync(page));
    }

    private static async Task<IReadOnlyList<string>> ChipsAsync(IPage page) =>
        [.. (await page.Locator(".tray .picked > :first-child").AllInnerTextsAsync()).Select(t => t.Trim())];

    /// <summary>The middle of the first letter of these words in the text.</summary>
    private static Task<float> XAsync(IPage page, string words) => page.EvaluateAsync<float>("""
        words => {
          const walker = document.createTreeWalker(document.querySelector('.stage .item'), NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          for (let node; (node = walker.nextNode());) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const box = range.getBoundingClientRect();
            return box.left + box.width / 2;
          }
        }
        """, words);

    private static async Task<float> YAsync(IPage page)
    {
        var box = (await page.Locator(".stage .item").BoundingBoxAsync())!;
        return box.Y + box.Height / 2;
    }

    internal static async Task PressAsync(IPage page, params string[] keys)
    {
        foreach (var key in keys) await page.Keyboard.PressAsync(key);
    }
}
