using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Labeling;

/// <summary>A portal with one pool and the people of a test; opens label pages in it.</summary>
public sealed class LabelSite(Browser browser) : KestrelFactory
{
    public static readonly string[] Animals = ["cat", "dog", "bird", "fish"];

    public int ProjectId { get; private set; }

    public async Task AddPoolAsync(int items = 12, TaskType type = TaskType.SingleChoice, string[]? labels = null, Func<int,
        string>? text = null, Action<Project>? change = null)
    {
        _ = Url;
        (ProjectId, _) = await this.AddLabelPoolAsync(items, items, ranked: true, type, labels ?? Animals, text: text, change: change);
        await AddAnnotatorAsync("ada");
    }

    public async Task<string> AddAnnotatorAsync(string name)
    {
        var user = await AddPersonAsync(name);
        await AddMemberAsync(ProjectId, user.Id, ProjectRole.Annotator);
        return user.Id;
    }

    public Task<IBrowserContext> SignedInAsync(string name = "ada", BrowserNewContextOptions? options = null) =>
        browser.SignedInAsync(this, name, options);

    /// <summary>Script errors of any page, to be empty at the end.</summary>
    public List<string> Errors { get; } = [];

    public string LabelUrl => $"{Url}projects/{ProjectId}/label";

    public async Task<IPage> OpenAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => Errors.Add(error);
        await page.GotoAsync(LabelUrl);
        await ItemAsync(page);
        return page;
    }

    /// <summary>The text on screen, once there is one.</summary>
    public static async Task<string> ItemAsync(IPage page)
    {
        await page.WaitForSelectorAsync(".stage[data-item]");
        return await page.InnerTextAsync(".stage .item");
    }

    /// <summary>Waits for a text: where a pattern is tried in its worker, the next card comes after Enter has returned.</summary>
    public static Task ShowsAsync(IPage page, string text) =>
        page.WaitForFunctionAsync("text => document.querySelector('.stage[data-item] .item')?.innerText === text", text);

    public static Task SavedAsync(IPage page) => page.WaitForSelectorAsync(".stage[data-connection=saved][data-waiting='0']");

    public async Task<List<string>> AnswersAsync()
    {
        await using var db = await OpenDbAsync();
        return await db.Answers.Where(l => l.Current && !l.Surplus).Join(db.Items, l => l.ItemId, i => i.Id,
            (l, i) => new { l.Id, i.Text, l.AnswerText })
            .OrderBy(x => x.Id).Select(x => x.Text + " = " + x.AnswerText).ToListAsync();
    }
}
