using System.Globalization;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests;

/// <summary>Times are the reader's, on every page that shows one, and also where they come after the page.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ReaderTimeTests(Browser browser) : IDisposable
{
    // 14 hours off UTC all year, so that no server's zone passes for it
    private const string Zone = "Pacific/Kiritimati";

    private static readonly DateTimeOffset Then = new(2026, 3, 1, 20, 15, 0, TimeSpan.Zero);

    private readonly KestrelFactory _portal = new();

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task EveryTime_IsInTheReadersZone_AlsoAfterThePageHasLoaded()
    {
        _ = _portal.Url;
        var (project, _) = await _portal.AddLabelPoolAsync(40, 32, ranked: true, TaskType.SingleChoice, ["yes", "no"]);
        var admin = await _portal.AddPersonAsync("ada", GlobalRoles.Admin);
        await _portal.AddMemberAsync(project, admin.Id, ProjectRole.Lead);
        await using var context = await browser.SignedInAsync(_portal, "ada", new() { TimezoneId = Zone, Locale = "en-GB" });
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{_portal.Url}projects/{project}");
        await page.WaitForSelectorAsync("main[data-interactive=true]");

        // the page is open: the row comes over the circuit
        await AddEstimateAsync(project, Then);
        Assert.Equal("2 Mar 2026, 10:15", await TimeAsync(page, ".history local-time"));
        // and the same element gets another time
        await AddEstimateAsync(project, Then.AddHours(2));
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.history tbody tr').length === 2");
        Assert.Equal("2 Mar 2026, 12:15", await TimeAsync(page, ".history tbody tr:first-child local-time"));
    }

    private static async Task<string> TimeAsync(IPage page, string selector)
    {
        await page.WaitForSelectorAsync(selector);
        return await page.EvalOnSelectorAsync<string>(selector, "e => e.shadowRoot.textContent");
    }

    private async Task AddEstimateAsync(int project, DateTimeOffset at)
    {
        await _portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            db.Estimates.Add(new StoredEstimate { ProjectId = project, Model = "fake",
                Error = $"none at {at.ToString("t", CultureInfo.InvariantCulture)}",
                CreatedAt = at.ToUnixTimeMilliseconds() });
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
        await _portal.Services.GetRequiredService<DataEfficiency.Portal.Estimating.ForecastPublisher>().PublishAsync(project);
    }
}
