using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Tests.Importing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>What tests is drawn once from the random order and is never anything else.</summary>
public sealed class TestSetTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(10_000, 100, 200, 100, 200)]
    [InlineData(600, 100, 200, 40, 80)]
    [InlineData(499, 100, 200, 0, 0)]
    [InlineData(10_000, 0, 50, 0, 50)]
    [InlineData(10_000, 0, 0, 0, 0)]
    public void Allowed_OfAPool_IsAtMostAFifth(int pool, int validation, int test, int allowedValidation, int allowedTest) =>
        Assert.Equal((allowedValidation, allowedTest),
            TestSet.Allowed(new Project { ValidationSize = validation, TestSize = test }, pool));

    [Fact]
    public async Task Draw_TakesTheHeadOfTheRandomOrderAndKeepsIt()
    {
        await _world.AddPoolAsync(600, drawn: 40);
        await _world.DrawTestSetAsync(10, 20);
        var first = await SplitAsync();

        // the random order runs against the lines: the first 32 and the drawn ones are at its other end
        Assert.Equal(Enumerable.Range(0, 20), first.Where(i => i.Split == ItemSplit.Test).Select(i => i.RandomRank).Order());
        Assert.Equal(Enumerable.Range(20, 10), first.Where(i => i.Split == ItemSplit.Validation).Select(i => i.RandomRank).Order());
        await using (var db = await _world.OpenDbAsync())
            Assert.Equal(first.Where(i => i.Split != ItemSplit.Pool).Select(i => i.Id).Order(),
                await db.Slots.Where(s => s.Split != ItemSplit.Pool).Select(s => s.ItemId).OrderBy(i => i).ToListAsync());

        await _world.DrawTestSetAsync(10, 20);
        Assert.Equal(Split(first), Split(await SplitAsync()));
        await _world.DrawTestSetAsync(10, 40);
        var raised = await SplitAsync();
        Assert.Equal(40, raised.Count(i => i.Split == ItemSplit.Test));
        Assert.Subset(Split(raised).ToHashSet(), Split(first).ToHashSet());
        await _world.DrawTestSetAsync(5, 5);
        Assert.Equal(Split(raised), Split(await SplitAsync()));
    }

    [Fact]
    public async Task Draw_AnsweredHeldAndFirst32_StayWhatTheyAre()
    {
        await _world.AddPoolAsync(600, drawn: 40);
        // ranks 599 down to 560 are the draw's; the last 10 of the order are answered, the first is on a screen
        await _world.SetProjectAsync(p => p.RandomShare = 1);
        var ada = await _world.AddAnnotatorAsync("ada");
        await using (var db = await _world.OpenDbAsync())
            await db.Items.Where(i => i.Line <= 40).ExecuteUpdateAsync(i => i.SetProperty(x => x.RandomRank, x => -x.Line));
        await _world.SetSlotAsync(10, ada.UserId);
        await _world.DrawTestSetAsync(0, 30);

        var drawn = (await SplitAsync()).Where(i => i.Split == ItemSplit.Test).ToList();
        Assert.Equal(30, drawn.Count);
        Assert.DoesNotContain(drawn, i => i.Line <= 32);
        Assert.DoesNotContain(drawn, i => i.RandomRank == 10);
        // the draw's last eight were candidates only: they are passed over from now on
        Assert.Equal(Enumerable.Range(33, 8), drawn.Where(i => i.Line <= 40).Select(i => i.Line).Order());
        await using var after = await _world.OpenDbAsync();
        Assert.Equal(8, await after.DrawItems.CountAsync(d => d.Reason == PassedOver.SetAside));
        Assert.Equal(32, (await new First32().ItemsAsync(after, _world.ProjectId)).Count);
    }

    [Fact]
    public async Task Deck_WhileTheTestSetIsNotFull_EverySecondTurnIsItsAndItIsInNoOtherQueue()
    {
        await _world.AddPoolAsync(700);
        await _world.DrawTestSetAsync(3, 3);
        await _world.AddRandomAnswersAsync(Turns.Sample);
        var ada = await _world.AddAnnotatorAsync("ada");
        for (var i = 0; i < 22; i++)
        {
            var card = Assert.Single((await ada.NextAsync()).Cards);
            // nobody sees that an item tests
            Assert.NotEqual(Stratum.Test, card.Queue);
            await ada.SubmitAsync(ada.Answer(card.ItemId));
        }

        await using var db = await _world.OpenDbAsync();
        var strata = await db.Answers.Where(a => a.UserId == ada.UserId).OrderBy(a => a.Id).Select(a => a.Stratum).ToListAsync();
        Assert.Equal([1, 3, 5, 7, 9, 11], strata.Index().Where(s => s.Item == Stratum.Test).Select(s => s.Index));
        // full: from here on every fifth turn is random
        Assert.Equal([14, 19], strata.Index().Where(s => s.Item == Stratum.Random).Select(s => s.Index));
        var examples = await LabelledExamples.ReadAsync(db, _world.ProjectId, TaskKinds.Of(TaskType.SingleChoice),
            await db.Labels.ToListAsync(), CancellationToken.None);
        Assert.Equal(6, examples.Count(e => e.IsTest));
        Assert.Equal(Turns.Sample + 2, examples.Count(e => e.Stratum == Stratum.Random));
        Assert.Equal(14, examples.Count(e => e.Stratum == Stratum.Active));
    }

    [Fact]
    public async Task Deck_NothingElseIsLeft_ServesTheTestSet()
    {
        await _world.AddPoolAsync(500, ranked: false);
        await _world.DrawTestSetAsync(0, 2);
        await using (var db = await _world.OpenDbAsync())
            await db.Slots.Where(s => s.Split == ItemSplit.Pool).ExecuteUpdateAsync(s => s.SetProperty(x => x.ImportId, 9));
        var ada = await _world.AddAnnotatorAsync("ada");
        Assert.Equal(2, (await ada.NextAsync(3)).Cards.Count);
    }

    [Fact]
    public async Task Submit_LateOnAFreedTestItem_IsStillTheTestSets()
    {
        await _world.AddPoolAsync(500, ranked: false);
        await _world.DrawTestSetAsync(0, 1);
        await using (var db = await _world.OpenDbAsync())
            await db.Slots.Where(s => s.Split == ItemSplit.Pool).ExecuteUpdateAsync(s => s.SetProperty(x => x.ImportId, 9));
        var ada = await _world.AddAnnotatorAsync("ada");
        var card = Assert.Single((await ada.NextAsync()).Cards);
        await ada.PostAsync("renew", new RenewRequest(ada.Token, [], [card.ItemId]));
        await ada.SubmitAsync(ada.Answer(card.ItemId));

        await using var after = await _world.OpenDbAsync();
        Assert.Equal(Stratum.Test, (await after.Answers.SingleAsync()).Stratum);
    }

    [Fact]
    public async Task Draw_GoldIsTheTestSet_NeedsNobodysAnswer()
    {
        await _world.AddPoolAsync(600);
        await using (var db = await _world.OpenDbAsync())
            await db.Items.Where(i => i.Line > 100).ExecuteUpdateAsync(i => i.SetProperty(x => x.Gold, "answer 1"));
        await _world.SetProjectAsync(p => p.GoldIsTest = true);
        await _world.DrawTestSetAsync(10, 20);

        var items = await SplitAsync();
        Assert.Equal(30, items.Count(i => i.Split == ItemSplit.Gold));
        Assert.All(items.Where(i => i.Split == ItemSplit.Gold), i => Assert.NotNull(i.Gold));
        await using var after = await _world.OpenDbAsync();
        Assert.Equal(570, await after.Slots.CountAsync());
    }

    // Said after the import: what was drawn then and has gold needs nobody's answer any more, and no more is drawn.
    [Fact]
    public async Task Draw_GoldIsTheTestSetAfterwards_TakesWhatWasDrawn()
    {
        await _world.AddPoolAsync(600);
        await _world.DrawTestSetAsync(10, 20);
        await using (var db = await _world.OpenDbAsync())
            await db.Items.Where(i => i.Line > 100).ExecuteUpdateAsync(i => i.SetProperty(x => x.Gold, "answer 1"));
        var drawn = (await SplitAsync()).Where(i => i.Split != ItemSplit.Pool).ToList();
        await _world.SetProjectAsync(p => p.GoldIsTest = true);
        await _world.DrawTestSetAsync(10, 20);

        var items = await SplitAsync();
        Assert.Equal(30, items.Count(i => i.Split == ItemSplit.Gold));
        Assert.All(drawn.Where(i => i.Gold is not null), i => Assert.Equal(ItemSplit.Gold, items.Single(x => x.Id == i.Id).Split));
        Assert.Equal(drawn.Count(i => i.Gold is null), items.Count(i => i.Split is ItemSplit.Test or ItemSplit.Validation));
        await using var after = await _world.OpenDbAsync();
        Assert.Equal(570, await after.Slots.CountAsync());
    }

    [Fact]
    public async Task Import_OfALargePool_DrawsTheTestSetWithIt()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync(PoolFixture.Rows(520), "pool.csv", AnswerUse.Ignore);

        await using var db = await pool.Portal.OpenDbAsync();
        var head = await db.Items.OrderBy(i => i.RandomRank).ThenBy(i => i.Id).Select(i => i.Split).ToListAsync();
        Assert.Equal(Enumerable.Repeat(ItemSplit.Test, 69).Concat(Enumerable.Repeat(ItemSplit.Validation, 35)), head[..104]);
        Assert.All(head[104..], s => Assert.Equal(ItemSplit.Pool, s));
    }

    private static IEnumerable<(long, ItemSplit)> Split(IEnumerable<Item> items) =>
        items.Where(i => i.Split != ItemSplit.Pool).Select(i => (i.Id, i.Split)).Order();

    private async Task<List<Item>> SplitAsync()
    {
        await using var db = await _world.OpenDbAsync();
        return await db.Items.AsNoTracking().Where(i => i.ProjectId == _world.ProjectId).OrderBy(i => i.Id).ToListAsync();
    }
}
