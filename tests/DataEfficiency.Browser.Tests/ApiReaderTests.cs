using DataEfficiency.Portal.Storage;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace DataEfficiency.Browser.Tests;

public sealed class ApiReaderTests(BrowserPortal portal) : IClassFixture<BrowserPortal>
{
    [Fact]
    public async Task ApiReader_OpenedUnderThePolicyOfEveryPage_ShowsTheRoutesAndLoadsNothingFromElsewhere()
    {
        await portal.AddPersonAsync("ada", GlobalRoles.Admin);
        var (page, problems) = await portal.OpenAsync();
        var foreign = new List<string>();
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(portal.Url, StringComparison.Ordinal) && request.Url.StartsWith("http", StringComparison.Ordinal))
                foreign.Add(request.Url);
        };
        await BrowserPortal.SignInAsync(page, "ada");

        await page.GotoAsync("/api/docs");

        await Expect(page.GetByText("/api/v1/projects/{id}/answers").First).ToBeVisibleAsync();
        if (Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "api-docs.png") });
        Assert.Empty(foreign);
        Assert.Empty(problems);
    }
}
