using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Projects;

public sealed class ItemSearchTests : IDisposable
{
    private static readonly string[] Texts =
    [
        "My card was lost abroad", "The CARD machine ate \"my\" card", "銀行のカードを無くしました", "50% off, fee_free",
        "Überweisung nach Köln",
        "a AND b NOT c* near(d)", "日本語", "plain",
    ];
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("card", 2), InlineData("CARD lost", 1), InlineData("car", 2), InlineData("カード", 1), InlineData("日本", 1)]
    [InlineData("\"my\"", 1)]
    [InlineData("AND", 1), InlineData("near(d)", 1), InlineData("c*", 1), InlineData("50%", 1), InlineData("fee_free", 1)]
    [InlineData("feeXfree", 0)]
    [InlineData("", 8), InlineData("   ", 8), InlineData("\"", 1), InlineData("'; DROP TABLE Items; --", 0), InlineData("überweisung", 1)]
    [InlineData("a", 5), InlineData("nothing of the kind", 0), InlineData("\0", 8), InlineData("\ud83d", 0), InlineData("NOT OR AND", 0)]
    public async Task Search_AnyWords_FindsTheTextsThatHaveThem(string search, int found)
    {
        await AddAsync();
        var items = _world.Services.GetRequiredService<ProjectItems>();
        var filter = new ItemFilter(search);
        Assert.Equal(found, await items.CountAsync(_world.ProjectId, filter, CancellationToken.None));
        Assert.Equal(found, (await items.PageAsync(_world.ProjectId, filter, 0, 50, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Search_ByAnItemsOwnId_FindsIt()
    {
        await AddAsync();
        await WriteAsync(db => db.Items.Where(i => i.Line == 3).ExecuteUpdateAsync(i => i.SetProperty(x => x.ExternalId, "A-7")));
        var found = await _world.Services.GetRequiredService<ProjectItems>()
            .PageAsync(_world.ProjectId, new ItemFilter("A-7"), 0, 50, CancellationToken.None);
        Assert.Equal(3, Assert.Single(found).Line);
    }

    [Fact]
    public async Task Search_AfterItemsCameChangedAndWent_KnowsIt()
    {
        await AddAsync();
        await WriteAsync(async db =>
        {
            await db.Items.Where(i => i.Line == 1).ExecuteUpdateAsync(i => i.SetProperty(x => x.Text, "zebra"));
            db.Slots.RemoveRange(db.Slots.Where(s => db.Items.Any(i => i.Id == s.ItemId && i.Line == 2)));
            await db.SaveChangesAsync();
            await db.Items.Where(i => i.Line == 2).ExecuteDeleteAsync();
        });
        Assert.Equal((0, 1), (await CountAsync("card"), await CountAsync("zebra")));
    }

    [Fact]
    public async Task Prepare_WhereAMigrationTookTheTriggersAlong_MakesTheIndexAnew()
    {
        await AddAsync();
        await using var db = await _world.OpenDbAsync();
        await db.Database.ExecuteSqlRawAsync("DROP TRIGGER \"ItemTexts_Changed\"");
        await WriteAsync(d => d.Items.Where(i => i.Line == 1).ExecuteUpdateAsync(i => i.SetProperty(x => x.Text, "zebra")));
        Assert.Equal(0, await CountAsync("zebra"));
        await ItemSearch.PrepareAsync(db);
        Assert.Equal(1, await CountAsync("zebra"));
    }

    [Fact]
    public async Task Plan_OfASearch_UsesTheIndexAndReadsNoText()
    {
        await AddAsync();
        await using var db = await _world.OpenDbAsync();
        var plan = await PlanAsync(db, ItemSearch.Matching(db, "card").Where(i => i.ProjectId == _world.ProjectId).Select(i => i.Id));
        Assert.Contains(plan, row => row.Contains("ItemTexts VIRTUAL TABLE INDEX", StringComparison.Ordinal));
        // only what the index names is looked up, by its id
        Assert.Contains(plan, row => row.Contains("SEARCH Items USING INTEGER PRIMARY KEY", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, row => row.StartsWith("SCAN", StringComparison.Ordinal)
            && !row.Contains("ItemTexts", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ItemOrder.File), InlineData(ItemOrder.Random), InlineData(ItemOrder.LeastSure)]
    public async Task Pages_FromAPlaceOfAnEarlierOne_AreThoseFromTheBeginning(ItemOrder order)
    {
        await _world.AddPoolAsync(40);
        var items = _world.Services.GetRequiredService<ProjectItems>();
        var filter = new ItemFilter(Order: order);
        var all = (await items.PageAsync(_world.ProjectId, filter, 0, 100, CancellationToken.None)).Select(i => i.Id).ToList();
        ItemPlace? place = null;
        await items.PageAsync(_world.ProjectId, filter, 0, 10, CancellationToken.None, places: p => place = p);
        foreach (var start in new[] { 9, 10, 25 })
            Assert.Equal(all.Skip(start).Take(10),
                (await items.PageAsync(_world.ProjectId, filter, start, 10, CancellationToken.None, place)).Select(i => i.Id));
    }

    [Fact]
    public async Task Page_OfLongTexts_ShowsAnExcerptAroundTheWord()
    {
        var text = new string('x', 5000) + " needle " + new string('y', 5000);
        await _world.AddPoolAsync(1);
        await WriteAsync(db => db.Items.ExecuteUpdateAsync(i => i.SetProperty(x => x.Text, text)));
        var items = _world.Services.GetRequiredService<ProjectItems>();
        var page = await items.PageAsync(_world.ProjectId, new ItemFilter("needle"), 0, 5, CancellationToken.None);
        Assert.Contains("needle", Assert.Single(page).Text, StringComparison.Ordinal);
        Assert.InRange(page[0].Text.Length, 100, 400);
        page = await items.PageAsync(_world.ProjectId, new ItemFilter(), 0, 5, CancellationToken.None);
        Assert.InRange(Assert.Single(page).Text.Length, 100, 400);
    }

    private async Task AddAsync()
    {
        await _world.AddPoolAsync(Texts.Length);
        await WriteAsync(async db =>
        {
            foreach (var item in await db.Items.ToListAsync()) item.Text = Texts[item.Line - 1];
            await db.SaveChangesAsync();
        });
    }

    private Task<int> CountAsync(string search) => _world.Services.GetRequiredService<ProjectItems>()
        .CountAsync(_world.ProjectId, new ItemFilter(search), CancellationToken.None);

    private Task WriteAsync(Func<AppDbContext, Task> work) =>
        _world.Services.GetRequiredService<WriteQueue>().WriteAsync((db, _) => work(db), CancellationToken.None);

    private static async Task<IReadOnlyList<string>> PlanAsync(AppDbContext db, IQueryable<long> query)
    {
        await using var command = query.CreateDbCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {command.CommandText}";
        await db.Database.OpenConnectionAsync();
        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) plan.Add(reader.GetString(3));
        return plan;
    }
}
