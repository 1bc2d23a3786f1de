using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Browser.Tests;

[Collection(BrowserCollection.Name)]
public sealed class StartPageTests(Browser browser) : IDisposable
{
    private readonly KestrelFactory _portal = new();

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task FourteenProjects_OnAPhone_AreOneShortList_ThatSearches()
    {
        _ = _portal.Url;
        var lead = await _portal.AddPersonAsync("ada", GlobalRoles.Lead);
        for (var i = 1; i <= 14; i++)
            await _portal.AddMemberAsync((await _portal.AddProjectAsync($"Project number {i}")).Id, lead.Id, ProjectRole.Lead);
        await using var context = await browser.SignedInAsync(_portal, "ada", new() { ViewportSize = new() { Width = 390, Height = 844 } });
        var page = await context.NewPageAsync();
        await page.GotoAsync(_portal.Url);
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        await page.WaitForSelectorAsync(".project h2");
        Assert.Equal(14, await page.Locator(".project").CountAsync());
        Assert.Equal(14, await page.GetByText("Project number").CountAsync());
        // 5,300 px with each project as two cards
        Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollHeight"), 0, 2200);
        await page.FillAsync("[name=search]", "number 12");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.project').length === 1");
    }
}
