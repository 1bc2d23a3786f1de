using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Tests.Table;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Tasks;

/// <summary>Hidden gold answers of labels that were merged into others.</summary>
public sealed class GoldTextsTests
{
    // "trip" was merged into "travel"; an earlier "food" was merged too, and there is a new one
    private static readonly Label[] Labels =
    [
        new() { Id = 1, AnswerText = "food", Order = 1, Retired = true, MergedIntoId = 4 },
        new() { Id = 2, AnswerText = "trip", Order = 0, Retired = true, MergedIntoId = 3 },
        new() { Id = 3, AnswerText = "travel", Order = 2 }, new() { Id = 4, AnswerText = "eating", Order = 3 },
        new() { Id = 5, AnswerText = "food", Order = 4 },
    ];

    [Theory]
    [InlineData(TaskType.SingleChoice, "trip", "travel"), InlineData(TaskType.SingleChoice, "Food", "food")]
    [InlineData(TaskType.SingleChoice, "elsewhere", "elsewhere")]
    [InlineData(TaskType.MultiLabel, "trip; food; travel", "travel; food"), InlineData(TaskType.MultiLabel, "none", "none")]
    [InlineData(TaskType.MultiLabel, "trip; nothing known", "trip; nothing known")]
    [InlineData(TaskType.Spans, "to Rome -> trip\nto Rome -> travel\npizza -> food", "to Rome -> travel\npizza -> food")]
    [InlineData(TaskType.ShortAnswer, "trip", "trip")]
    public void Gold_OfAMergedLabel_IsReadAsTheOneThatItIsNow(TaskType type, string gold, string now)
    {
        Assert.Equal(now, new GoldTexts(TaskKinds.Of(type), Labels).Now(gold));
        Assert.Equal(gold, new GoldTexts(TaskKinds.Of(type), [.. Labels.Where(l => l.MergedIntoId is null)]).Now(gold));
    }

    [Fact]
    public async Task Accuracy_AfterAMerge_CountsBothLabelsAsRight_AndTheTableAgrees()
    {
        await using var world = new TableWorld();
        await world.StartAsync(3, (i, item) => (item.Split, item.Gold) = (i < 2 ? ItemSplit.Gold : ItemSplit.Pool, "answer 0"));
        await world.AnswerAsync(0, TableWorld.Ada, 0, role: AnswerRole.Gold, stratum: Stratum.Gold);
        await world.AnswerAsync(0, TableWorld.Bob, 1, role: AnswerRole.Gold, stratum: Stratum.Gold);
        await world.AnswerAsync(1, TableWorld.Bob, 2, role: AnswerRole.Gold, stratum: Stratum.Gold);
        await world.AnswerAsync(2, TableWorld.Bob, 1);

        Assert.Equal([(1, 1), (2, 0)], await AccuraciesAsync(world));
        Assert.False((await RowAsync(world)).Agrees);
        await world.WriteAsync(async db =>
        {
            (await db.Projects.SingleAsync()).SchemaVersion = 2;
            var label = await db.Labels.SingleAsync(l => l.Id == world.Labels[0].Id);
            (label.Retired, label.MergedIntoId) = (true, world.Labels[1].Id);
        });
        Assert.Equal([(1, 1), (2, 1)], await AccuraciesAsync(world));
        Assert.True((await RowAsync(world)).Agrees);
    }

    private static async Task<IEnumerable<(int Items, int Right)>> AccuraciesAsync(TableWorld world)
    {
        await using var db = world.CreateDbContext();
        var found = await GoldReader.ReadAsync(db, await db.Projects.AsNoTracking().SingleAsync(), db.Answers, CancellationToken.None);
        return [.. found.OrderBy(f => f.Key).Select(f => (f.Value.Answers, f.Value.Right))];
    }

    private static async Task<ItemRow> RowAsync(TableWorld world) =>
        (await world.Table.PageAsync(world.ProjectId, new(), null, CancellationToken.None)).Rows.Single(r => r.Line == 3);
}
