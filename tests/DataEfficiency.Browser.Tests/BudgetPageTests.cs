using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Deque.AxeCore.Playwright;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests;

[Collection(BrowserCollection.Name)]
public sealed class BudgetPageTests(Browser browser) : IDisposable
{
    private readonly KestrelFactory _portal = new();

    public void Dispose() => _portal.Dispose();

    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task LeadsPages_BudgetDrawnWithoutReload_NoneHasAnAxeViolation(ColorScheme scheme, int width)
    {
        _ = _portal.Url;
        var (project, labels) = await _portal.AddLabelPoolAsync(400, 60, ranked: true, TaskType.SingleChoice, ["yes", "no"], change: p =>
            (p.Model, p.PricePerLabel) = ("fake", .3m));
        var lead = await _portal.AddPersonAsync("ada", GlobalRoles.Lead);
        await _portal.AddMemberAsync(project, lead.Id, ProjectRole.Lead);
        await using var context = await browser.SignedInAsync(_portal, "ada",
            new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 } });
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{_portal.Url}projects/{project}");
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        await page.WaitForSelectorAsync(".headline:has-text('0 of 8 labels')");
        await CheckAsync(page, "first labels");
        foreach (var (total, headline) in new[] { (8, "A first band"), (16, "of the way; if so"), (32, "Even the whole pool") })
        {
            await LabelAsync(project, labels, total);
            await page.WaitForSelectorAsync($".headline:has-text('{headline}')");
        }
        // the chart's table and that of the other methods
        foreach (var fold in await page.Locator(".twin summary").AllAsync()) await fold.ClickAsync();
        await CheckAsync(page, "advice");
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways");
        foreach (var path in new[] { $"projects/{project}/annotators", $"projects/{project}/items", $"projects/{project}/settings",
            "models", "projects/new", "" })
        {
            await page.GotoAsync(_portal.Url + path);
            await page.WaitForSelectorAsync("main[data-interactive=true]");
            await CheckAsync(page, path);
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{path} scrolls sideways");
        }
    }

    /// <summary>Labels the draw up to a number, as the label page's submit does, and rings.</summary>
    private async Task LabelAsync(int project, IReadOnlyList<int> definitions, int total)
    {
        await _portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var done = await db.Answers.CountAsync(l => l.ProjectId == project, token);
            var items = await db.DrawItems.Where(d => d.Place >= done && d.Place < total).OrderBy(d => d.Place).Select(d => d.ItemId)
                .ToListAsync(token);
            if (!await db.Users.AnyAsync(u => u.Id == "u", token)) db.Users.Add(new AppUser { Id = "u", DisplayName = "Uma" });
            db.Answers.AddRange(items.Select((id, n) => new Answer
            {
                SubmissionId = Guid.NewGuid(), ProjectId = project, ItemId = id, UserId = "u", LabelId = definitions[n % 2],
                AnswerText = "yes", ActiveMilliseconds = 9000,
            }));
            await db.SaveChangesAsync(token);
            var stored = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == project, token);
            foreach (var id in items) await FinalAnswers.SettleAsync(db, stored, id, token);
            await db.Projects.Where(p => p.Id == project)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.LabelVersion, x => x.LabelVersion + items.Count), token);
        }, CancellationToken.None);
        _portal.Services.GetRequiredService<EstimateQueue>().Ring(project);
    }

    private static async Task CheckAsync(IPage page, string state)
    {
        var result = await page.RunAxe();
        Assert.True(result.Violations.Length == 0, $"{state}: " + string.Join("; ",
            result.Violations.Select(v => $"{v.Id} {string.Join(" ", v.Nodes.Take(3).Select(n => n.Html))}")));
    }
}
