using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>Items that several people answer, and gold items.</summary>
public sealed class OverlapTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    private async Task FitAsync(double share, int answers = 2, int test = 1)
    {
        await _world.SetProjectAsync(p => (p.OverlapShare, p.OverlapAnswers, p.TestAnswers) = (share, answers, test));
        await _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            OverlapWork.Queue(db, _world.ProjectId, 0);
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
        _world.Services.GetRequiredService<JobBell>().Ring();
        using var patience = new CancellationTokenSource(Patience.Long);
        await using var db = await _world.OpenDbAsync();
        while (await db.Jobs.AnyAsync(j => j.Kind == JobKind.Overlap && j.State <= WorkState.Running, patience.Token))
            await Task.Delay(20, patience.Token);
        Assert.All(await db.Jobs.ToListAsync(), j => Assert.Equal((WorkState.Done, null), (j.State, j.Error)));
    }

    /// <summary>The file knew every answer.</summary>
    private async Task DrawGoldAsync()
    {
        await _world.Services.GetRequiredService<WriteQueue>().WriteAsync((db, token) => db.Items
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.Gold, "answer 0"), token), CancellationToken.None);
        await _world.DrawTestSetAsync(validation: 0, test: 0);
    }

    private async Task<Dictionary<long, int>> SlotsAsync()
    {
        await using var db = await _world.OpenDbAsync();
        return await db.Slots.Where(s => s.ProjectId == _world.ProjectId).GroupBy(s => s.ItemId)
            .ToDictionaryAsync(g => g.Key, g => g.Count());
    }

    private static async Task<DeckEnd> AnswerAllAsync(Annotator person, int label)
    {
        while (true)
        {
            var reply = await person.NextAsync();
            if (reply.End is { } end) return end;
            await person.SubmitAsync(person.Answer(reply.Cards[0].ItemId, label));
        }
    }

    [Fact]
    public async Task Overlap_RaisedAndLowered_AddsSlotsToTheSameItemsAndTakesOnlyFreeOnes()
    {
        await _world.AddPoolAsync(1000);
        await FitAsync(.1);
        var tenth = (await SlotsAsync()).Where(s => s.Value == 2).Select(s => s.Key).ToHashSet();
        Assert.InRange(tenth.Count, 70, 130);
        await FitAsync(.3, answers: 3);
        var third = await SlotsAsync();
        Assert.All(tenth, id => Assert.Equal(3, third[id]));
        Assert.InRange(third.Values.Count(n => n == 3), 255, 345);
        Assert.Equal(1000, third.Values.Count(n => n == 3) + third.Values.Count(n => n == 1));

        var ada = await _world.AddAnnotatorAsync("ada");
        await _world.SetProjectAsync(p => p.RandomShare = 0);
        long held;
        do
        {
            held = (await ada.NextAsync()).Cards[0].ItemId;
            if (third[held] == 1) await ada.SubmitAsync(ada.Answer(held));
        }
        while (third[held] == 1);
        await FitAsync(0);
        var lowered = await SlotsAsync();
        Assert.All(lowered.Values, n => Assert.Equal(1, n));
        // the one on the screen is the one that stayed
        var reply = await ada.SubmitAsync(ada.Answer(held));
        Assert.Equal(Kept.Stored, Assert.Single(reply.Acknowledged).Kept);
    }

    [Fact]
    public async Task Overlap_OfEverything_GivesEachPersonEachItemOnceAndTakesAThirdAsSurplus()
    {
        await _world.AddPoolAsync(6, drawn: 2);
        await FitAsync(1);
        var (ada, ben, cleo) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"),
            await _world.AddAnnotatorAsync("cleo"));
        var end = await AnswerAllAsync(ada, 0);
        Assert.Equal(ApiCodes.Others, end.Code);
        Assert.Contains("6 wait for somebody else", end.Reason.ToString(), StringComparison.Ordinal);
        end = await AnswerAllAsync(ben, 1);
        Assert.Equal(ApiCodes.Done, end.Code);
        Assert.Equal(ApiCodes.Done, (await AnswerAllAsync(cleo, 0)).Code);
        await using var db = await _world.OpenDbAsync();
        var answers = await db.Answers.Where(a => a.ProjectId == _world.ProjectId && a.Current).ToListAsync();
        Assert.Equal(12, answers.Select(a => (a.ItemId, a.UserId)).Distinct().Count());
        Assert.Equal(12, answers.Count(a => !a.Surplus));
        // two who disagree decide nothing
        Assert.All(await db.Finals.Where(f => f.ProjectId == _world.ProjectId).ToListAsync(), f => Assert.Equal(FinalBy.None, f.By));
    }

    [Fact]
    public async Task First32_ThatOverlap_GetOneAnswerEachBeforeAnyGetsTwo()
    {
        await _world.AddPoolAsync(8, drawn: 4);
        await FitAsync(1);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        var first = (await ada.NextAsync(2)).Cards.Select(c => c.ItemId).ToList();
        var second = (await ben.NextAsync(3)).Cards.ToList();
        Assert.All(second, c => Assert.Equal(Stratum.First32, c.Queue));
        Assert.Empty(first.Intersect(second.Take(2).Select(c => c.ItemId)));
        Assert.Contains(second[2].ItemId, first);
    }

    [Fact]
    public async Task TestSet_OfTwoAnswersEach_IsWholeForChecksWithOneAndOpenForTheOtherPerson()
    {
        await _world.AddPoolAsync(600);
        await _world.SetProjectAsync(p => p.TestAnswers = 2);
        await _world.DrawTestSetAsync(validation: 0, test: 3);
        var slots = await SlotsAsync();
        Assert.Equal(3, slots.Values.Count(n => n == 2));
        await _world.AddRandomAnswersAsync(Turns.Sample);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        var tested = slots.Where(s => s.Value == 2).Select(s => s.Key).ToHashSet();
        async Task<int> TestsOfAsync(Annotator person)
        {
            var given = 0;
            for (var i = 0; i < 10; i++)
            {
                var card = (await person.NextAsync()).Cards[0];
                given += tested.Contains(card.ItemId) ? 1 : 0;
                await person.SubmitAsync(person.Answer(card.ItemId));
            }
            return given;
        }
        Assert.Equal(3, await TestsOfAsync(ada));
        await using var db = await _world.OpenDbAsync();
        Assert.Equal(0, await TestSet.Open(db, _world.ProjectId).CountAsync());
        Assert.Equal(3, await TestsOfAsync(ben));
        Assert.Equal(6, await db.Answers.CountAsync(a => a.Stratum == Stratum.Test && !a.Surplus));
    }

    [Fact]
    public async Task Gold_OneTurnInTwenty_IsAnsweredByEverybodyAndIsNoLabel()
    {
        await _world.AddPoolAsync(600);
        await _world.SetProjectAsync(p => p.GoldShare = .25);
        await DrawGoldAsync();
        await using var db = await _world.OpenDbAsync();
        var gold = await db.Items.Where(i => i.Split == ItemSplit.Gold).Select(i => i.Id).ToListAsync();
        Assert.Equal(30, gold.Count);
        Assert.Empty(await db.Slots.Where(s => gold.Contains(s.ItemId)).ToListAsync());
        var seen = new List<List<long>>();
        foreach (var name in new[] { "ada", "ben" })
        {
            var person = await _world.AddAnnotatorAsync(name);
            var own = new List<long>();
            for (var i = 0; i < 16; i++)
            {
                var card = Assert.Single((await person.NextAsync()).Cards);
                if (gold.Contains(card.ItemId)) own.Add(card.ItemId);
                // nothing tells that it is one
                Assert.NotEqual(Stratum.Gold, card.Queue);
                Assert.Equal(Kept.Stored, Assert.Single((await person.SubmitAsync(person.Answer(card.ItemId))).Acknowledged).Kept);
            }
            Assert.Equal(4, own.Count);
            seen.Add(own);
        }
        Assert.NotEqual(seen[0], seen[1]);
        Assert.Equal(8, await db.Answers.CountAsync(a => a.Role == AnswerRole.Gold && a.Stratum == Stratum.Gold && a.Current));
        Assert.Equal(24, await db.Finals.CountAsync(f => f.ProjectId == _world.ProjectId));
    }

    [Theory]
    [InlineData(.2), InlineData(0)]
    public async Task Gold_ToWhoAnswersOrSkipsIt_LooksLikeAnyOther(double random)
    {
        await _world.AddPoolAsync(600);
        await _world.SetProjectAsync(p => (p.GoldShare, p.RandomShare) = (.25, random));
        await DrawGoldAsync();
        await using var db = await _world.OpenDbAsync();
        var gold = await db.Items.Where(i => i.Split == ItemSplit.Gold).Select(i => i.Id).ToListAsync();
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        // somebody else has answered some of them
        for (var i = 0; i < 8; i++) await ben.SubmitAsync(ben.Answer((await ben.NextAsync()).Cards[0].ItemId));
        List<(bool Gold, string Told)> told = [];
        var (labels, version, own, open) = await FiguresAsync(null);
        for (var i = 0; i < 24; i++)
        {
            var card = Assert.Single((await ada.NextAsync()).Cards);
            var claimed = await FiguresAsync(null);
            // a third of either kind: there is always one to compare with
            var isGold = gold.Contains(card.ItemId);
            var skips = told.Count(t => t.Gold == isGold) % 3 == 2;
            var reply = skips ? await ada.SkipAsync(card.ItemId) : await ada.SubmitAsync(ada.Answer(card.ItemId));
            var after = await FiguresAsync(reply);
            var isRandom = card.Queue == Stratum.Random;
            told.Add((isGold, $"{skips} +{after.Labels - labels} +{after.Version - version} +{after.Own - own} "
                + $"{claimed.Open - open} {after.Open - claimed.Open} "
                + $"{(isRandom ? "" : card.Queue)} {(isRandom ? 0 : Math.Sign(card.Place))}"));
            (labels, version, own, open) = after;
        }

        Assert.InRange(told.Count(t => t.Gold), 4, 8);
        var ordinary = told.Where(t => !t.Gold).Select(t => t.Told).ToHashSet();
        Assert.All(told.Where(t => t.Gold), t => Assert.Contains(t.Told, ordinary));

        async Task<(int Labels, long Version, int Own, int Open)> FiguresAsync(DeckReply? reply)
        {
            var work = (await ada.Client.GetFromJsonAsync<JsonElement>("/api/v1/work"))[0];
            var progress = (reply ?? await ada.NextAsync(0)).Progress;
            return (progress.Labels, progress.Version, progress.Own, work.GetProperty("open").GetInt32());
        }
    }

    [Fact]
    public async Task Gold_TooManyWrong_StopsThePersonUntilALeadLetsThemGoOn()
    {
        await _world.AddPoolAsync(600);
        await _world.SetProjectAsync(p => (p.GoldShare, p.GoldBlocks) = (1, true));
        await DrawGoldAsync();
        var lead = await _world.AddPersonAsync("lea");
        await _world.AddMemberAsync(_world.ProjectId, lead.Id, ProjectRole.Lead);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        var held = (await ada.NextAsync(2)).Cards[1].ItemId;
        foreach (var (person, right) in new[] { (ada, 6), (ben, 7) })
            for (var i = 0; i < 10; i++)
            {
                var card = Assert.Single((await person.NextAsync()).Cards);
                await person.SubmitAsync(person.Answer(card.ItemId, i < right ? 0 : 1));
            }
        Assert.Single((await ben.NextAsync()).Cards);
        var end = await ada.NextAsync();
        Assert.Equal((0, ApiCodes.Gold), (end.Cards.Count, end.End!.Code));
        Assert.Contains("lea", end.End.Reason);
        // what is on a screen already is taken all the same
        Assert.Empty((await ada.SubmitAsync(ada.Answer(held, 1))).Refused);

        var members = _world.Services.GetRequiredService<ProjectMembers>();
        Assert.NotNull(await members.LetGoOnAsync(Principal(ada.UserId), _world.ProjectId, ada.UserId));
        Assert.Equal(ApiCodes.Gold, (await ada.NextAsync()).End!.Code);
        Assert.Null(await members.LetGoOnAsync(Principal(lead.Id), _world.ProjectId, ada.UserId));
        Assert.Single((await ada.NextAsync()).Cards);

        static ClaimsPrincipal Principal(string id) => new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, id)], "test"));
    }

    [Fact]
    public async Task Gold_ThatIsCorrectedOrLeft_StaysGoldAndLeavesNoSlotBehind()
    {
        await _world.AddPoolAsync(600);
        await _world.SetProjectAsync(p => p.GoldShare = 1);
        await DrawGoldAsync();
        var ada = await _world.AddAnnotatorAsync("ada");
        var cards = (await ada.NextAsync(2)).Cards;
        var first = ada.Answer(cards[0].ItemId);
        await ada.SubmitAsync(first);
        await ada.SubmitAsync(ada.Answer(cards[0].ItemId, 1) with { Revises = first.SubmissionId });
        await ada.SkipAsync(cards[1].ItemId);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal([AnswerRole.Gold, AnswerRole.Gold], await db.Answers.Where(a => a.ItemId == cards[0].ItemId).Select(a => a.Role)
            .ToListAsync());
        Assert.Empty(await db.Slots.Where(s => s.ItemId == cards[1].ItemId).ToListAsync());
        Assert.Empty(await db.Finals.ToListAsync());
    }
}
