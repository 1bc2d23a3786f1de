using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Labeling;

/// <summary>A reader of another language, texts that run from the right, and what an input method composes.</summary>
[Collection(BrowserCollection.Name)]
public sealed class OtherLanguagesTests(Browser browser) : IDisposable
{
    private static readonly string[] Texts = ["متى تصل بطاقتي الجديدة؟", "החשבון שלי ב-Visa: 1,200.50 ₪?", "カードはいつ届きますか。"];

    private readonly LabelSite _site = new(browser);

    public void Dispose() => _site.Dispose();

    [Fact]
    public async Task LabelPage_OfAJapaneseReader_SpeaksJapanese_LaysTextsFromTheRight_AndSendsNothingWhileComposing()
    {
        await _site.AddPoolAsync(3, TaskType.ShortAnswer, [], i => Texts[i]);
        await using var context = await _site.SignedInAsync("ada", new() { Locale = "ja-JP" });
        var page = await _site.OpenAsync(context);
        Assert.Equal("ja ja-JP", await page.EvaluateAsync<string>(
            "document.documentElement.lang + ' ' + document.documentElement.dataset.numbers"));
        // the circuit's own words, and those that it brings to the script
        await page.WaitForSelectorAsync("[data-forecast]:has-text('最初の予測まで 0 / 8 ラベル')");
        Assert.Contains("スキップ", await page.InnerTextAsync("main"));
        // a name that runs from the right leaves the sentence around it in its order
        Assert.Equal("\u2068דנה\u2069 を外す", await page.EvaluateAsync<string>(
            "async () => (await import('/js/label/words.js')).say('TakeOut', { label: 'דנה' })"));

        Assert.Equal("rtl", await DirectionAsync(page));
        await page.Keyboard.InsertTextAsync("البطاقة");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForFunctionAsync("t => document.querySelector('.stage .item')?.textContent === t", Texts[1]);
        Assert.Equal("rtl", await DirectionAsync(page));

        // Enter takes what the input method offers; the next one sends
        var input = await context.NewCDPSessionAsync(page);
        await input.SendAsync("Input.imeSetComposition", new() { ["text"] = "かーど", ["selectionStart"] = 3, ["selectionEnd"] = 3 });
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(Texts[1], await LabelSite.ItemAsync(page));
        await input.SendAsync("Input.insertText", new() { ["text"] = "カード" });
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForFunctionAsync("t => document.querySelector('.stage .item')?.textContent === t", Texts[2]);
        Assert.Equal("ltr", await DirectionAsync(page));
        await LabelSite.SavedAsync(page);
        Assert.Equal([$"{Texts[0]} = البطاقة", $"{Texts[1]} = カード"], await _site.AnswersAsync());

        // a picture that a thread of the server pushes is still the reader's
        await _site.Services.GetRequiredService<ForecastPublisher>().PublishAsync(_site.ProjectId);
        await page.WaitForSelectorAsync("[data-forecast]:has-text('最初の予測まで 2 / 8 ラベル')");
        Assert.Empty(_site.Errors);
    }

    private static Task<string> DirectionAsync(IPage page) =>
        page.EvaluateAsync<string>("getComputedStyle(document.querySelector('.stage .item')).direction");
}
