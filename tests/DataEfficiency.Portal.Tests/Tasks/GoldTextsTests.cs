using System.Text.Json;
using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Schemas;
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

    // as the settings write it: the set before and the one of now are versions of their own
    [Fact]
    public async Task Accuracy_AfterAnAnswerTextChanged_ReadsGoldAndAnswersOfBothTexts()
    {
        await using var world = new TableWorld();
        await world.StartAsync(4, (i, item) => (item.Split, item.Gold) = (i < 3 ? ItemSplit.Gold : ItemSplit.Pool,
            i == 2 ? "answer zero" : "answer 0"));
        await world.WriteAsync(db => KeepAsync(db));
        await world.AnswerAsync(0, TableWorld.Ada, 0, role: AnswerRole.Gold, stratum: Stratum.Gold);
        await world.AnswerAsync(1, TableWorld.Ada, 1, role: AnswerRole.Gold, stratum: Stratum.Gold);
        await world.AnswerAsync(3, TableWorld.Bob, 0);
        foreach (var text in new[] { "answer nil", "answer zero" })
            await world.WriteAsync(async db =>
            {
                (await db.Labels.SingleAsync(l => l.Id == world.Labels[0].Id)).AnswerText = text;
                await db.SaveChangesAsync();
                await KeepAsync(db);
            });
        // whoever answers now answers with the new text
        await world.AnswerAsync(0, TableWorld.Bob, 0, role: AnswerRole.Gold, stratum: Stratum.Gold);
        await world.WriteAsync(db => db.Answers.Where(a => a.UserId == TableWorld.Bob && a.Role == AnswerRole.Gold)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.AnswerText, "answer zero")));
        await world.AnswerAsync(2, TableWorld.Ada, 0, role: AnswerRole.Gold, stratum: Stratum.Gold);

        Assert.Equal([(3, 2), (1, 1)], await AccuraciesAsync(world));
        Assert.True((await RowAsync(world, 4)).Agrees);
        await using var now = world.CreateDbContext();
        var texts = await GoldTexts.OfAsync(now, await now.Projects.SingleAsync(), CancellationToken.None);
        Assert.Equal(["answer zero", "answer zero", "answer 1", "elsewhere"],
            new[] { "Answer 0", "answer nil", "answer 1", "elsewhere" }.Select(texts.Now));
        // a label of today has the text for itself
        await world.WriteAsync(async db =>
        {
            (await db.Labels.SingleAsync(l => l.Id == world.Labels[1].Id)).AnswerText = "answer nil";
            await db.SaveChangesAsync();
            await KeepAsync(db);
        });
        texts = await GoldTexts.OfAsync(now, await now.Projects.AsNoTracking().SingleAsync(), CancellationToken.None);
        Assert.Equal(["answer zero", "answer nil", "answer nil"], new[] { "answer 0", "answer nil", "answer 1" }.Select(texts.Now));
    }

    // in one edit or by way of a third text, and back again
    [Theory]
    [InlineData(TaskType.SingleChoice, "answer 0", "answer 1", false), InlineData(TaskType.SingleChoice, "answer 0", "answer 1", true)]
    [InlineData(TaskType.MultiLabel, "answer 0; answer 2", "answer 1; answer 2", false)]
    public async Task Gold_OfLabelsThatSwappedTheirTexts_GoesOnToNameItsLabel(TaskType type, string first, string second, bool byAThird)
    {
        await using var world = new TableWorld();
        await world.StartAsync(4, (i, item) => (item.Split, item.Gold, item.RightAnswers) = (ItemSplit.Gold, i % 2 == 0 ? first : second,
            i == 2 ? $"[\"{first}\",\"answer 2\"]" : null), type);
        await world.WriteAsync(db => KeepAsync(db));
        var ids = world.Labels.Select(l => l.Id).ToList();
        await AnswerAsync(0, TableWorld.Ada, [ids[0], ids[2]]);
        await AnswerAsync(1, TableWorld.Ada, [ids[0], ids[2]]);
        Assert.Equal([(2, 1)], await AccuraciesAsync(world));

        await SwapAsync("answer 1", "answer 0");
        await AnswerAsync(2, TableWorld.Bob, [ids[0], ids[2]]);
        await AnswerAsync(3, TableWorld.Bob, [ids[0], ids[2]]);
        Assert.Equal([(2, 1), (2, 1)], await AccuraciesAsync(world));
        await using (var db = world.CreateDbContext())
            Assert.Equal([byAThird ? "between" : second, first],
                await db.Items.OrderBy(i => i.Id).Select(i => i.Gold!).Take(2).ToListAsync());

        await SwapAsync("answer 0", "answer 1");
        Assert.Equal([(2, 1), (2, 1)], await AccuraciesAsync(world));

        async Task SwapAsync(string one, string other)
        {
            foreach (var (a, b) in byAThird ? new[] { ("between", other), (one, other) } : [(one, other)])
                await world.WriteAsync(async db =>
                {
                    var project = await db.Projects.SingleAsync();
                    var change = await AnswerSetChange.BeginAsync(db, project.Id, CancellationToken.None);
                    (await db.Labels.SingleAsync(l => l.Id == ids[0])).AnswerText = a;
                    (await db.Labels.SingleAsync(l => l.Id == ids[1])).AnswerText = b;
                    await db.SaveChangesAsync();
                    await change.EndAsync(db, project, CancellationToken.None);
                    await KeepAsync(db);
                });
        }

        async Task AnswerAsync(int item, string person, int[] labels) => await world.WriteAsync(async db =>
        {
            var project = await db.Projects.SingleAsync();
            var json = JsonSerializer.SerializeToElement(type == TaskType.MultiLabel ? new { labels } : (object)new { label = labels[0] });
            var read = project.Kind().Read(project, await db.Labels.ToListAsync(), "text", json, 100).Answer!;
            db.Add(new Answer
            {
                SubmissionId = Guid.NewGuid(), ProjectId = project.Id, ItemId = world.Items[item], UserId = person,
                Role = AnswerRole.Gold, Stratum = Stratum.Gold, LabelId = read.LabelId, AnswerText = read.Text, AnswerJson = read.Json,
                SchemaVersion = project.SchemaVersion,
            });
        });
    }

    private static async Task KeepAsync(AppDbContext db) => await SchemaVersions.KeepAsync(db, await db.Projects.SingleAsync(),
        TableWorld.Lead, TableWorld.Then, CancellationToken.None);

    private static async Task<IEnumerable<(int Items, int Right)>> AccuraciesAsync(TableWorld world)
    {
        await using var db = world.CreateDbContext();
        var found = await GoldReader.ReadAsync(db, await db.Projects.AsNoTracking().SingleAsync(), db.Answers, CancellationToken.None);
        return [.. found.OrderBy(f => f.Key).Select(f => (f.Value.Answers, f.Value.Right))];
    }

    private static async Task<ItemRow> RowAsync(TableWorld world, int line = 3) =>
        (await world.Table.PageAsync(world.ProjectId, new(), null, CancellationToken.None)).Rows.Single(r => r.Line == line);
}
