using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Table;

public sealed class ItemSearchTests : IAsyncLifetime
{
    private static readonly string[] Texts =
    [
        "My card was lost abroad", "The CARD machine ate \"my\" card", "銀行のカードを無くしました", "50% off, fee_free",
        "Überweisung nach Köln",
        "a AND b NOT c* near(d)", "日本語", "plain",
    ];
    private readonly TableWorld _world = new();

    public Task InitializeAsync() => _world.StartAsync(Texts.Length, (i, item) => item.Text = Texts[i]);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Theory]
    [InlineData("card", 2), InlineData("CARD lost", 1), InlineData("car", 2), InlineData("カード", 1), InlineData("日本", 1)]
    [InlineData("\"my\"", 1)]
    [InlineData("AND", 1), InlineData("near(d)", 1), InlineData("c*", 1), InlineData("50%", 1), InlineData("fee_free", 1)]
    [InlineData("feeXfree", 0)]
    [InlineData("", 8), InlineData("   ", 8), InlineData("\"", 1), InlineData("'; DROP TABLE Items; --", 0), InlineData("überweisung", 1)]
    [InlineData("a", 5), InlineData("nothing of the kind", 0), InlineData("\0", 8), InlineData("\ud83d", 0), InlineData("NOT OR AND", 0)]
    public async Task Search_AnyWords_FindsTheTextsThatHaveThem(string search, int found)
    {
        Assert.Equal(found, await CountAsync(search));
        Assert.Equal(found, (await _world.LinesAsync(new ItemFilter { Text = search })).Count);
    }

    [Fact]
    public async Task Search_ByAnItemsOwnId_FindsIt()
    {
        await _world.WriteAsync(db => db.Items.Where(i => i.Line == 3).ExecuteUpdateAsync(i => i.SetProperty(x => x.ExternalId, "A-7")));
        Assert.Equal([3], await _world.LinesAsync(new ItemFilter { Text = "A-7" }));
    }

    [Fact]
    public async Task Search_AfterItemsCameChangedAndWent_KnowsIt()
    {
        await _world.WriteAsync(async db =>
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
        await using var db = _world.CreateDbContext();
        await db.Database.ExecuteSqlRawAsync("DROP TRIGGER \"ItemTexts_Changed\"");
        await _world.WriteAsync(d => d.Items.Where(i => i.Line == 1).ExecuteUpdateAsync(i => i.SetProperty(x => x.Text, "zebra")));
        Assert.Equal(0, await CountAsync("zebra"));
        await ItemSearch.PrepareAsync(db);
        Assert.Equal(1, await CountAsync("zebra"));
    }

    [Fact]
    public async Task Plan_OfASearch_UsesTheIndexAndReadsNoText()
    {
        await using var db = _world.CreateDbContext();
        await using var query = ItemSearch.Matching(db, "card").Where(i => i.ProjectId == _world.ProjectId).Select(i => i.Id)
            .CreateDbCommand();
        var plan = await QueryPlan.OfAsync(db, query.CommandText);
        Assert.Contains(plan, row => row.Contains("ItemTexts VIRTUAL TABLE INDEX", StringComparison.Ordinal));
        // only what the index names is looked up, by its id
        Assert.Contains(plan, row => row.Contains("SEARCH Items USING INTEGER PRIMARY KEY", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, row => row.StartsWith("SCAN", StringComparison.Ordinal)
            && !row.Contains("ItemTexts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_OfLongTexts_ShowsAnExcerptAroundTheWord()
    {
        var text = new string('x', 5000) + " needle " + new string('y', 5000);
        await _world.WriteAsync(db => db.Items.Where(i => i.Line == 1).ExecuteUpdateAsync(i => i.SetProperty(x => x.Text, text)));

        var found = await _world.Table.PageAsync(_world.ProjectId, new ItemFilter { Text = "needle" }, null, CancellationToken.None);
        var page = await _world.Table.PageAsync(_world.ProjectId, new ItemFilter(), null, CancellationToken.None);

        Assert.Contains("needle", Assert.Single(found.Rows).Text, StringComparison.Ordinal);
        Assert.InRange(found.Rows[0].Text.Length, 100, 400);
        Assert.InRange(page.Rows[0].Text.Length, 100, 400);
    }

    private async Task<int> CountAsync(string search) =>
        (await _world.Table.CountAsync(_world.ProjectId, new ItemFilter { Text = search }, CancellationToken.None)).Number;
}
