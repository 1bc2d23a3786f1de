using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;

namespace DataEfficiency.Browser.Tests;

[Collection(BrowserCollection.Name)]
public sealed class KeyboardHelpTests(Browser browser) : IDisposable
{
    private readonly KestrelFactory _portal = new();

    public void Dispose() => _portal.Dispose();

    [Theory]
    [InlineData("", "in the chart")]
    [InlineData("/items", "all about the item")]
    public async Task Help_OpensInTheMiddle_WithThePagesKeys(string path, string says)
    {
        _ = _portal.Url;
        var (project, _) = await _portal.AddLabelPoolAsync(40, 32, ranked: true, TaskType.SingleChoice, ["yes", "no"]);
        var admin = await _portal.AddPersonAsync("ada", GlobalRoles.Admin);
        await _portal.AddMemberAsync(project, admin.Id, ProjectRole.Lead);
        await using var context = await browser.SignedInAsync(_portal, "ada");
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{_portal.Url}projects/{project}{path}");
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        await page.Keyboard.PressAsync("?");
        Assert.Contains(says, await page.InnerTextAsync("#keyboard-help"));
        var box = await page.Locator("#keyboard-help").BoundingBoxAsync();
        Assert.InRange(box!.X + box.Width / 2, 715, 725);
        Assert.InRange(box.Y + box.Height / 2, 430, 470);
    }
}
