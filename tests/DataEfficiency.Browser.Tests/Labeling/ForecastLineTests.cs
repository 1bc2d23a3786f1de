using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Browser.Tests.Labeling;

[Collection(BrowserCollection.Name)]
public sealed class ForecastLineTests(Browser browser) : IDisposable
{
    private readonly LabelSite _site = new(browser);

    public void Dispose() => _site.Dispose();

    [Fact]
    public async Task ForecastLine_FollowsTheFeed_AndCanBeHidden()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.WaitForSelectorAsync("[data-forecast]:has-text('0 of 8')");
        await page.Keyboard.PressAsync("Digit1");
        await page.Keyboard.PressAsync("Digit1");
        await LabelSite.SavedAsync(page);
        await _site.Services.GetRequiredService<ForecastPublisher>().PublishAsync(_site.ProjectId);
        await page.WaitForSelectorAsync("[data-forecast]:has-text('2 of 8')");
        // the server's redrawing of its line leaves the script's parts alone
        Assert.Equal("text 2", await LabelSite.ItemAsync(page));
        Assert.Equal("2", await page.InnerTextAsync("[data-part=first] .big"));

        await using (var db = await _site.OpenDbAsync())
            await db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.ForecastVisibleToAnnotators, false));
        await page.ReloadAsync();
        await LabelSite.ItemAsync(page);
        Assert.Equal(0, await page.Locator("[data-forecast]").CountAsync());
    }
}
