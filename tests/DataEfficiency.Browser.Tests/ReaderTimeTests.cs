using System.Globalization;
using System.Text.Json;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
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
        var (project, labels) = await _portal.AddLabelPoolAsync(40, 32, ranked: true, TaskType.SingleChoice, ["yes", "no"]);
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

        // an answer, as the label page sends it: its time is when it came
        var item = await ServeAsync(project, admin.Id);
        var receipt = await _portal.Services.GetRequiredService<LabelService>().SubmitAsync(project, admin.Id, new(Guid.NewGuid(), admin.Id,
            item, JsonSerializer.SerializeToElement(new { label = labels[0] }), 0, 4000), CancellationToken.None);
        Assert.NotNull(receipt.Acknowledged);
        long came;
        await using (var db = await _portal.OpenDbAsync()) came = (await db.Answers.SingleAsync()).CreatedAt;
        await page.GotoAsync($"{_portal.Url}projects/{project}/annotators");
        Assert.Equal(Shown(came), await TimeAsync(page, ".people local-time"));

        // when a model's cost was measured
        var weights = _portal.Services.GetRequiredService<ModelCatalog>().Models()[0].WeightsSha256;
        ModelCosts.Store(_portal.DataFolder, new(weights, Environment.MachineName, "cpu", 1, 30, .5, .1, Then));
        await page.GotoAsync($"{_portal.Url}models");
        Assert.Equal("2 Mar 2026, 10:15", await TimeAsync(page, "main local-time"));

        // when a token was used last: a page without a circuit
        await _portal.Services.GetRequiredService<AccessTokens>().CreateAsync(admin.Id, "notebook", CancellationToken.None);
        await using (var db = await _portal.OpenDbAsync())
            await db.AccessTokens.ExecuteUpdateAsync(t => t.SetProperty(x => x.LastUsedAt, Then.ToUnixTimeMilliseconds()));
        await page.GotoAsync($"{_portal.Url}account");
        Assert.Equal("2 Mar 2026, 10:15", await TimeAsync(page, "main local-time"));
    }

    /// <summary>The first item of the pool was served to this person.</summary>
    private Task<long> ServeAsync(int project, string person) => _portal.Services.GetRequiredService<WriteQueue>().WriteAsync(
        async (db, token) =>
        {
            var item = await db.Items.Where(i => i.ProjectId == project).OrderBy(i => i.Id).Select(i => i.Id).FirstAsync(token);
            db.Claims.Add(new ItemClaim { ItemId = item, UserId = person });
            await db.SaveChangesAsync(token);
            return item;
        }, CancellationToken.None);

    private static string Shown(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToOffset(TimeSpan.FromHours(14))
        .ToString("d MMM yyyy, HH:mm", CultureInfo.GetCultureInfo("en-GB"));

    private static async Task<string> TimeAsync(IPage page, string selector)
    {
        // in one step: the circuit that comes up draws the page again
        var shown = await page.WaitForFunctionAsync("s => document.querySelector(s)?.shadowRoot?.textContent", selector);
        return await shown.JsonValueAsync<string>();
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
        await _portal.Services.GetRequiredService<ForecastPublisher>().PublishAsync(project);
    }
}
