using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Labeling;

/// <summary>One portal, one person, and a project of each kind that a test asks for.</summary>
public sealed class KindsSite(Browser browser) : KestrelFactory, IAsyncLifetime
{
    private IBrowserContext? _context;
    private string _ada = "";

    /// <summary>Script errors of any page, to be empty at the end.</summary>
    public List<string> Errors { get; } = [];

    public int ProjectId { get; private set; }

    public IReadOnlyList<int> LabelIds { get; private set; } = [];

    /// <summary>A new project with these texts, open at the first.</summary>
    public async Task<IPage> OpenAsync(TaskType type, string[] labels, string[] texts, Action<Label>? change = null,
        string? suggestion = null)
    {
        _ = Url;
        if (_context is null)
        {
            _ada = (await AddPersonAsync("ada")).Id;
            _context = await browser.SignedInAsync(this, "ada");
        }
        (ProjectId, LabelIds) = await this.AddLabelPoolAsync(texts.Length, texts.Length, ranked: true, type, labels, text: i => texts[i]);
        if (change is not null)
        {
            await using var db = await OpenDbAsync();
            foreach (var label in await db.Labels.Where(l => l.ProjectId == ProjectId).ToListAsync()) change(label);
            await db.SaveChangesAsync();
        }
        if (suggestion is not null)
        {
            await using var db = await OpenDbAsync();
            var project = await db.Projects.SingleAsync(p => p.Id == ProjectId);
            project.SuggestionsShown = true;
            await db.AddRankingAsync(project, suggestion);
        }
        await AddMemberAsync(ProjectId, _ada, ProjectRole.Annotator);
        var page = await _context.NewPageAsync();
        page.PageError += (_, error) => Errors.Add(error);
        await page.GotoAsync($"{Url}projects/{ProjectId}/label");
        await LabelSite.ItemAsync(page);
        return page;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync()
    {
        // an open page's circuit would hold the portal back
        if (_context is not null) await _context.CloseAsync();
        await DisposeAsync();
    }

    /// <summary>The project's current answers as stored, in their order.</summary>
    public async Task<List<string>> StoredAsync(IPage page)
    {
        await LabelSite.SavedAsync(page);
        await using var db = await OpenDbAsync();
        return await db.Answers.Where(a => a.ProjectId == ProjectId && a.Current).OrderBy(a => a.ItemId).Select(a => a.AnswerJson)
            .ToListAsync();
    }
}
