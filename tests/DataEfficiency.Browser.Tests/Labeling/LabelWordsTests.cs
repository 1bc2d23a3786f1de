using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Labeling;

/// <summary>The label page says what happened, and what it opens covers no answer.</summary>
[Collection(BrowserCollection.Name)]
public sealed class LabelWordsTests(Browser browser) : IDisposable
{
    private readonly LabelSite _site = new(browser);

    public void Dispose()
    {
        _site.Dispose();
        Assert.Empty(_site.Errors);
    }

    [Fact]
    public async Task Finder_WithoutAHit_SaysSo()
    {
        await _site.AddPoolAsync(labels: [.. Enumerable.Range(1, 30).Select(i => $"animal {i}")]);
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.TypeAsync("xyz");
        Assert.StartsWith("Nothing found.", await page.InnerTextAsync(".chips"));
        await page.Keyboard.PressAsync("Escape");
        Assert.Equal(30, await page.Locator(".chips .chip").CountAsync());
    }

    [Fact]
    public async Task GuidelineKey_WithoutAGuideline_SaysSo_AndANoteShowsOnItsItem()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.PressAsync("F2");
        Assert.Equal("This project has no guideline.", await page.InnerTextAsync(".notice"));
        await page.Keyboard.PressAsync(".");
        await page.Keyboard.TypeAsync("two animals at once");
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForSelectorAsync(".remark:visible");
        Assert.Equal("Your note: two animals at once", await page.InnerTextAsync(".remark"));
        await page.Keyboard.PressAsync("Digit1");
        await page.WaitForFunctionAsync("() => document.querySelector('.stage .item').textContent === 'text 1'");
        Assert.True(await page.Locator(".remark").IsHiddenAsync());
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(1024)]
    [InlineData(390)]
    public async Task Help_CoversNoAnswer(int width)
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync(options: new() { ViewportSize = new() { Width = width, Height = 844 } });
        var page = await _site.OpenAsync(context);
        await page.Keyboard.PressAsync("F1");
        var covered = await page.EvaluateAsync<string[]>("""
            () => {
              const help = document.querySelector('.panel').getBoundingClientRect();
              return [...document.querySelectorAll('.editor .chip')].filter(chip => {
                const box = chip.getBoundingClientRect();
                return box.right > help.left + 1 && box.left < help.right - 1 && box.bottom > help.top + 1 && box.top < help.bottom - 1;
              }).map(chip => chip.textContent);
            }
            """);
        Assert.Empty(covered);
        Assert.Contains("flag", await page.InnerTextAsync(".panel"));
        // the question mark of the header opens this help, not another one
        if (width < 821) return;
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("[data-opens=keyboard-help]");
        Assert.Equal("help", await page.GetAttributeAsync(".panel:not([hidden])", "data-name"));
        Assert.False(await page.Locator("#keyboard-help").EvaluateAsync<bool>("e => e.open"));
    }

    [Fact]
    public async Task Touch_ShowsNoKeyCaps_AndTheGuidelineTapIsSeenAtOnce()
    {
        await _site.AddPoolAsync(change: p => p.Guideline = "# Rules\n\nChoose **one**.");
        await using var context = await _site.SignedInAsync(options: new()
        {
            ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true,
        });
        var page = await _site.OpenAsync(context);
        Assert.Equal(0, await page.Locator(".stage kbd:visible").CountAsync());
        await page.TapAsync(".keys [data-action=guideline]");
        Assert.True(await page.Locator(".panel .prose").EvaluateAsync<bool>(
            "e => { const box = e.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight && "
                + "e.textContent.includes('Choose one'); }"));
        await page.TapAsync(".keys [data-action=guideline]");
        Assert.True(await page.Locator(".panel").IsHiddenAsync());
    }

    [Fact]
    public async Task Guideline_ChangedWhileThePageIsOpen_HasADotUntilItsKeyOpensIt()
    {
        await _site.AddPoolAsync();
        await SaveGuidelineAsync("Cats first.");
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        // seen by being open, while the page is connected
        await page.WaitForFunctionAsync("() => document.querySelector('main').dataset.interactive === 'true'");
        await page.WaitForSelectorAsync("details.guideline[open]");
        while (await SeenAsync() < 1) await page.WaitForTimeoutAsync(20);
        Assert.Equal("none", await DotAsync());

        await SaveGuidelineAsync("Cats always first.");

        await page.WaitForSelectorAsync("details.guideline[data-news]:not([open]) .news:visible");
        Assert.Equal("\"\"", await DotAsync());
        await page.Keyboard.PressAsync("F2");
        await page.WaitForSelectorAsync("details.guideline[open]:not([data-news])");
        Assert.Equal("always", (await page.InnerTextAsync(".guideline ins")).Replace("added:", "").Trim());
        Assert.Equal("underline", await page.Locator(".guideline ins").EvaluateAsync<string>(
            "e => getComputedStyle(e).textDecorationLine"));
        Assert.Equal("none", await DotAsync());
        while (await SeenAsync() < 2) await page.WaitForTimeoutAsync(20);

        Task<string> DotAsync() => page.Locator(".keys [data-action=guideline]").EvaluateAsync<string>(
            "e => getComputedStyle(e, '::after').content");
    }

    private async Task SaveGuidelineAsync(string text)
    {
        var service = _site.Services.GetRequiredService<ProjectService>();
        var form = (await service.FindAsync(_site.ProjectId))!.Value.Form;
        form.Guideline = text;
        await _site.AddLeadAsync(_site.ProjectId);
        Assert.Null(await service.SaveAsync(_site.ProjectId, form, "lead"));
    }

    private async Task<int> SeenAsync()
    {
        await using var db = await _site.OpenDbAsync();
        return (await db.Memberships.SingleAsync(m => m.ProjectId == _site.ProjectId && m.Role == ProjectRole.Annotator)).GuidelineSeen;
    }

    [Fact]
    public async Task Loading_HasTheShapeOfWhatComes_AndClaimsNothingSaved()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await context.NewPageAsync();
        var arrived = new TaskCompletionSource();
        await page.RouteAsync("**/deck", async route =>
        {
            await arrived.Task;
            await route.ContinueAsync();
        });
        await page.GotoAsync(_site.LabelUrl);
        await page.WaitForSelectorAsync(".stage.loading");
        Assert.DoesNotContain("saved", await page.InnerTextAsync(".stage"));
        var place = await page.Locator(".editor-place").BoundingBoxAsync();
        Assert.InRange(place!.Height, 200, 400);
        arrived.SetResult();
        await LabelSite.ItemAsync(page);
        await page.GetByText("all saved").WaitForAsync();
    }
}
