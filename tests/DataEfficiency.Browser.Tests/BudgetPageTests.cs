using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Browser.Tests;

[Collection(BrowserCollection.Name)]
public sealed class BudgetPageTests(Browser browser) : IDisposable
{
    private readonly KestrelFactory _portal = new();

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task Budget_WhileOthersLabel_IsDrawnWithoutReload()
    {
        _ = _portal.Url;
        var (project, labels) = await _portal.AddLabelPoolAsync(400, 60, ranked: true, TaskType.SingleChoice, ["yes", "no"], change: p =>
            (p.Model, p.PricePerLabel) = ("fake", .3m));
        var lead = await _portal.AddPersonAsync("ada", GlobalRoles.Lead);
        await _portal.AddMemberAsync(project, lead.Id, ProjectRole.Lead);
        await using var context = await browser.SignedInAsync(_portal, "ada");
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{_portal.Url}projects/{project}");
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        await page.WaitForSelectorAsync(".headline:has-text('0 of 8 labels')");
        foreach (var (total, headline) in new[] { (8, "A first band"), (16, "of the way; if so"), (32, "Even the whole pool") })
        {
            await LabelAsync(project, labels, total);
            await page.WaitForSelectorAsync($".headline:has-text('{headline}')");
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
}
