using System.Collections.Concurrent;
using System.Net;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

public sealed class ServingTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Deck_TwoAnnotators_NeverTheSameItem()
    {
        await _world.AddPoolAsync(7);
        var ada = await _world.AddAnnotatorAsync("ada");
        var ben = await _world.AddAnnotatorAsync("ben");

        var first = (await ada.NextAsync(3)).Cards;
        var second = (await ben.NextAsync(3)).Cards;
        var more = (await ada.NextAsync(3, have: [.. first.Select(c => c.ItemId)])).Cards;

        Assert.Equal(3, first.Count);
        Assert.Equal(3, second.Count);
        Assert.Single(more);
        Assert.Equal(7, first.Concat(second).Concat(more).Select(c => c.ItemId).Distinct().Count());
    }

    [Fact]
    public async Task Deck_First32ThenQueues_StratumIsStoredWithTheLabel()
    {
        await _world.AddPoolAsync(40, drawn: 34);
        var ada = await _world.AddAnnotatorAsync("ada");
        var queues = new List<Stratum>();
        for (var i = 0; i < 40; i++)
        {
            var card = Assert.Single((await ada.NextAsync()).Cards);
            queues.Add(card.Queue);
            var reply = await ada.SubmitAsync(ada.Answer(card.ItemId));
            Assert.Equal(Kept.Stored, Assert.Single(reply.Acknowledged).Kept);
        }

        Assert.All(queues[..32], q => Assert.Equal(Stratum.First32, q));
        Assert.DoesNotContain(Stratum.First32, queues[32..]);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal(queues, await db.Answers.OrderBy(l => l.Id).Select(l => l.Stratum).ToListAsync());
        Assert.Equal(40, (await db.Projects.SingleAsync(p => p.Id == _world.ProjectId)).LabelVersion);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), await db.Answers.OrderBy(l => l.Id).Select(l => l.LabelVersion)
            .ToListAsync());
        Assert.Equal(40, _world.Doorbell.Rings.Count);
        Assert.Equal("done", (await ada.NextAsync()).End!.Code);
    }

    [Fact]
    public async Task Deck_OnceTheSampleIsFull_EveryFifthClaimIsRandom()
    {
        await _world.AddPoolAsync(300, drawn: 0);
        await _world.AddRandomAnswersAsync(Turns.Sample);
        var ada = await _world.AddAnnotatorAsync("ada");
        var queues = new List<Stratum>();
        for (var i = 0; i < 50; i++)
        {
            var card = Assert.Single((await ada.NextAsync()).Cards);
            queues.Add(card.Queue);
            await ada.SubmitAsync(ada.Answer(card.ItemId));
        }

        Assert.Equal(10, queues.Count(q => q == Stratum.Random));
        // floor((seq+1) 0.2) > floor(seq 0.2) for seq 4, 9, 14, ...
        Assert.Equal([4, 9, 14, 19, 24, 29, 34, 39, 44, 49], queues.Select((q, i) => (q, i)).Where(x => x.q == Stratum.Random)
            .Select(x => x.i));
    }

    [Fact]
    public async Task Deck_Unranked_ServesTheRandomOrderAndSaysSo()
    {
        await _world.AddPoolAsync(5, ranked: false);
        var ada = await _world.AddAnnotatorAsync("ada");
        var reply = await ada.NextAsync(3);

        Assert.False(reply.Progress.Ranked);
        Assert.All(reply.Cards, c => Assert.Equal(Stratum.Random, c.Queue));
        // RandomRank runs against the order of the items
        Assert.Equal(["text 4", "text 3", "text 2"], reply.Cards.Select(c => c.Text));
    }

    [Fact]
    public async Task Deck_UnfinishedImport_StaysInvisible()
    {
        await _world.AddPoolAsync(1, hidden: 5);
        var ada = await _world.AddAnnotatorAsync("ada");
        Assert.Single((await ada.NextAsync(3)).Cards);
    }

    /// <summary>Why there is no card is read in a few statements, and answers come between two of them: it is one moment all the
    /// same.</summary>
    [Fact]
    public async Task Deck_WhenTheLastOpenItemIsAnsweredJustNow_SaysWhatWasSoBefore_AndThenThatAllIsDone()
    {
        Func<Task> answer = () => Task.CompletedTask;
        using var world = new LabelingWorld();
        world.ConfigureServices += services => services.ConfigureDbContext<AppDbContext>(o =>
            o.AddInterceptors(new BeforeStatement("SELECT MIN(", () => answer())));
        await world.AddPoolAsync(1);
        var ada = await world.AddAnnotatorAsync("ada");
        var ben = await world.AddAnnotatorAsync("ben");
        var card = Assert.Single((await ada.NextAsync()).Cards);
        answer = () => ada.SubmitAsync(ada.Answer(card.ItemId));

        var end = (await ben.NextAsync()).End!;
        Assert.Equal(("held", card.LeaseUntil, 1), (end.Code, end.FreeAt, Assert.Single(end.Held!).Items));
        answer = () => Task.CompletedTask;
        Assert.Equal("done", (await ben.NextAsync()).End!.Code);
    }

    [Fact]
    public async Task Deck_LeaseExpired_GoesToTheNextAndTheLateAnswerIsSurplus()
    {
        await _world.AddPoolAsync(1);
        var ada = await _world.AddAnnotatorAsync("ada");
        var ben = await _world.AddAnnotatorAsync("ben");
        var card = Assert.Single((await ada.NextAsync()).Cards);

        var blocked = await ben.NextAsync();
        Assert.Equal("held", blocked.End!.Code);
        Assert.Equal(card.LeaseUntil, blocked.End.FreeAt);
        _world.Clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromMilliseconds(1));
        Assert.Equal(card.ItemId, Assert.Single((await ben.NextAsync()).Cards).ItemId);
        Assert.Equal(Kept.Surplus, Assert.Single((await ada.SubmitAsync(ada.Answer(card.ItemId))).Acknowledged).Kept);
        Assert.Equal(Kept.Stored, Assert.Single((await ben.SubmitAsync(ben.Answer(card.ItemId))).Acknowledged).Kept);

        await using var db = await _world.OpenDbAsync();
        Assert.Equal(1, (await ada.NextAsync()).Progress.Labels);
        Assert.Equal([true, false], await db.Answers.OrderBy(l => l.Id).Select(l => l.Surplus).ToListAsync());
    }

    [Fact]
    public async Task Renew_WhileInUse_KeepsTheLease()
    {
        await _world.AddPoolAsync(1);
        var ada = await _world.AddAnnotatorAsync("ada");
        var ben = await _world.AddAnnotatorAsync("ben");
        var card = Assert.Single((await ada.NextAsync()).Cards);
        for (var i = 0; i < 3; i++)
        {
            _world.Clock.Advance(TimeSpan.FromMinutes(9));
            await ada.PostAsync("renew", new RenewRequest(ada.Token, [card.ItemId], []));
            Assert.Empty((await ben.NextAsync()).Cards);
        }
    }

    [Fact]
    public async Task Renew_ClosingTab_FreesTheCardsAhead()
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var ben = await _world.AddAnnotatorAsync("ben");
        var cards = (await ada.NextAsync(3)).Cards;
        await ada.PostAsync("renew", new RenewRequest(ada.Token, [], [cards[1].ItemId, cards[2].ItemId]));
        Assert.Equal(cards.Skip(1).Select(c => c.ItemId).Order(), (await ben.NextAsync(3)).Cards.Select(c => c.ItemId).Order());
    }

    [Fact]
    public async Task Deck_SecondTab_TakesADeadTabsCardsButNotALivingOnes()
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var held = (await ada.NextAsync(2)).Cards.Select(c => c.ItemId).Order().ToList();
        var other = ada.OtherTab();

        var beside = (await other.NextAsync(3)).Cards;
        Assert.DoesNotContain(Assert.Single(beside).ItemId, held);
        var inherited = (await other.NextAsync(3, dead: [ada.Token], have: [.. beside.Select(c => c.ItemId)])).Cards;
        Assert.Equal(held, inherited.Select(c => c.ItemId).Order());
    }

    [Fact]
    public async Task Skip_TwiceInTheFirst32_TheNextOfTheDrawTakesThePlace()
    {
        await _world.AddPoolAsync(60, drawn: 40);
        var ada = await _world.AddAnnotatorAsync("ada");
        var ben = await _world.AddAnnotatorAsync("ben");
        var card = Assert.Single((await ada.NextAsync()).Cards);
        await ada.SkipAsync(card.ItemId);
        await using var db = await _world.OpenDbAsync();
        var items = await db.DrawItems.OrderBy(d => d.Place).Select(d => d.ItemId).ToListAsync();
        Assert.Equal(items[..32], await new First32().ItemsAsync(db, _world.ProjectId));

        Assert.Equal(card.ItemId, Assert.Single((await ben.NextAsync()).Cards).ItemId);
        await ben.SkipAsync(card.ItemId);

        Assert.Equal([.. items[..33].Where(i => i != card.ItemId)], await new First32().ItemsAsync(db, _world.ProjectId));
        var carl = await _world.AddAnnotatorAsync("carl");
        var served = new List<long>();
        while (await carl.NextAsync() is { Cards: [var next] })
        {
            served.Add(next.ItemId);
            await carl.SubmitAsync(carl.Answer(next.ItemId));
        }
        Assert.Equal(59, served.Count);
        Assert.DoesNotContain(card.ItemId, served);
    }

    [Fact]
    public async Task Skip_ByTheOnlyAnnotator_OrUnusable_IsReplacedAtOnce()
    {
        await _world.AddPoolAsync(40, drawn: 40);
        var ada = await _world.AddAnnotatorAsync("ada");
        var cards = (await ada.NextAsync(2)).Cards;
        await ada.SkipAsync(cards[0].ItemId);
        await using var db = await _world.OpenDbAsync();
        await First32.PassOverAsync(db, _world.ProjectId, [cards[1].ItemId], CancellationToken.None);

        var first = await new First32().ItemsAsync(db, _world.ProjectId);
        Assert.Equal(32, first.Count);
        Assert.DoesNotContain(cards[0].ItemId, first);
        Assert.DoesNotContain(cards[1].ItemId, first);
    }

    [Theory]
    [InlineData(ProjectState.Paused, "paused")]
    [InlineData(ProjectState.Stopped, "stopped")]
    [InlineData(ProjectState.Archived, "archived")]
    public async Task Deck_ProjectNotActive_GivesNoCardButTakesUnsentAnswers(ProjectState state, string code)
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var card = Assert.Single((await ada.NextAsync()).Cards);
        await _world.SetProjectAsync(p => p.State = state);

        Assert.Equal(Kept.Stored, Assert.Single((await ada.SubmitAsync(ada.Answer(card.ItemId))).Acknowledged).Kept);
        var reply = await ada.NextAsync(3);
        Assert.Empty(reply.Cards);
        Assert.Equal(code, reply.End!.Code);
    }

    [Fact]
    public async Task Deck_RemovedFromTheProject_GivesNoCardAndRefusesAnswersByThatCode()
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var cards = (await ada.NextAsync(2)).Cards;
        await ada.SubmitAsync(ada.Answer(cards[0].ItemId));
        await using var db = await _world.OpenDbAsync();
        await db.Memberships.Where(m => m.UserId == ada.UserId).ExecuteDeleteAsync();

        Assert.Equal("removed", Assert.Single((await ada.SubmitAsync(ada.Answer(cards[1].ItemId))).Refused).Code);
        Assert.Equal("removed", (await ada.NextAsync(3)).End!.Code);
        Assert.Equal(1, await db.Answers.CountAsync());
        // what the project says and has is told to its people only
        var told = await ada.ReadAsync<DeckReply>("deck", ada.Deck(3) with { WithSchema = true });
        Assert.Null(told.Schema);
        Assert.Equal((0, 0), (told.Progress.Labels, told.Progress.FirstSize));
        Assert.Equal(HttpStatusCode.NotFound, (await ada.PostAsync("recent", new RecentRequest(null))).StatusCode);
    }

    [Theory]
    [InlineData(null), InlineData(ProjectRole.Viewer)]
    public async Task Claim_OfOneWhoseRightEndedMeanwhile_GivesNoCardAndNoRole(ProjectRole? left)
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        await using var db = await _world.OpenDbAsync();
        var member = db.Memberships.Where(m => m.UserId == ada.UserId);
        if (left is { } role) await member.ExecuteUpdateAsync(m => m.SetProperty(x => x.Role, role));
        else await member.ExecuteDeleteAsync();

        // the route asked before that, and the claim waited for its turn to write
        var cards = await _world.Services.GetRequiredService<ClaimService>().NextAsync(
            new ClaimRequest(_world.ProjectId, ada.UserId, ada.Token, [], [], 3), CancellationToken.None);

        Assert.Empty(cards);
        Assert.Equal(left, await member.Select(m => (ProjectRole?)m.Role).SingleOrDefaultAsync());
    }

    [Fact]
    public async Task Deck_InAFourthTab_GetsNoCardUntilOneIsClosed()
    {
        await _world.AddPoolAsync(40);
        var ada = await _world.AddAnnotatorAsync("ada");
        async Task<DeckReply> NextAsync(string token) => await ada.ReadAsync<DeckReply>("deck", new DeckRequest(token, [], [], 3));

        foreach (var token in new[] { "one", "two", "three" }) Assert.Equal(3, (await NextAsync(token)).Cards.Count);
        var fourth = await NextAsync("four");

        Assert.Empty(fourth.Cards);
        Assert.Equal("held", fourth.End!.Code);
        Assert.Equal(3, (await ada.ReadAsync<DeckReply>("deck", new DeckRequest("four", ["two"], [], 3))).Cards.Count);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal(9, await db.Slots.CountAsync(s => s.UserId == ada.UserId));
    }

    [Fact]
    public async Task Requests_BeyondTheirLimits_AreRefusedWithACodeAndChangeNothing()
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        long[] Ids(int count) => [.. Enumerable.Range(1, count).Select(i => (long)i)];
        var deck = ada.Deck();
        foreach (var (route, body, code) in new (string, object, string)[]
        {
            ("deck", new DeckRequest(new string('t', 65), [], [], 1), "too-long"), ("deck", new DeckRequest("", [], [], 1), "missing"),
            ("deck", new DeckRequest("t", [], Ids(33), 1), "too-many"),
                ("deck", new DeckRequest("t", [new string('d', 65)], [], 1), "too-long"),
            ("deck", new DeckRequest("t", [.. Ids(201).Select(i => $"{i}")], [], 1), "too-many"),
            ("renew", new RenewRequest("t", Ids(201), []), "too-many"), ("renew", new RenewRequest("t", [], Ids(201)), "too-many"),
            ("answers", new { deck, records = new AnswerRecord?[] { null } }, "missing"), ("answers", new { deck }, "missing"),
                ("answers", new { records = Array.Empty<object>() }, "missing"),
            ("skip", new { deck, records = new SkipRecord?[] { null } }, "missing"),
                ("drafts", new { records = new DraftRecord?[] { null } }, "missing"),
            ("answers", new AnswersRequest(deck, [.. Ids(101).Select(i => ada.Answer(i))]), "too-many"),
        })
        {
            using var response = await ada.PostAsync(route, body);
            Assert.Equal((route, HttpStatusCode.BadRequest), (route, response.StatusCode));
            Assert.Contains($"\"code\":\"{code}\"", await response.Content.ReadAsStringAsync());
        }
        await using var db = await _world.OpenDbAsync();
        Assert.False(await db.Slots.AnyAsync(s => s.UserId != null));
    }

    [Fact]
    public async Task Deck_ForeignPerson_Gets404()
    {
        await _world.AddPoolAsync(3);
        var eve = await _world.AddPersonAsync("eve");
        var client = await _world.WithTokenAsync(eve.Id);
        var stranger = new Annotator(_world, eve.Id, client);
        foreach (var (route, body) in new (string, object)[]
        {
            ("deck", stranger.Deck()), ("answers", new AnswersRequest(stranger.Deck(), [stranger.Answer(1)])),
                ("recent", new RecentRequest(null)),
            ("renew", new RenewRequest("t", [], [])), ("drafts", new DraftsRequest([])), ("skip", new SkipsRequest(stranger.Deck(), [])),
                ("remarks", new RemarksRequest(stranger.Deck(), [])),
        })
        {
            using var response = await stranger.PostAsync(route, body);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task Claims_TwentyAnnotatorsAtOnce_LabelEverythingOnceAndNothingTwice()
    {
        const int people = 20, items = 200;
        await _world.AddPoolAsync(items, drawn: 40);
        var annotators = new List<Annotator>();
        for (var i = 0; i < people; i++) annotators.Add(await _world.AddAnnotatorAsync($"person{i}"));
        var kept = new ConcurrentBag<Kept>();

        await Task.WhenAll(annotators.Select(async annotator =>
        {
            while (await annotator.NextAsync(3) is { Cards: { Count: > 0 } cards })
                foreach (var card in cards)
                    foreach (var ack in (await annotator.SubmitAsync(annotator.Answer(card.ItemId))).Acknowledged) kept.Add(ack.Kept);
        }));

        Assert.Equal(items, kept.Count);
        Assert.All(kept, k => Assert.Equal(Kept.Stored, k));
        await using var db = await _world.OpenDbAsync();
        Assert.Equal(items, await db.Answers.Select(l => l.ItemId).Distinct().CountAsync());
        Assert.Equal(items, await db.Answers.CountAsync());
        Assert.Equal(0, await db.Slots.CountAsync(s => s.AnswerId == null));
        Assert.Equal(32, await db.Answers.CountAsync(l => l.Stratum == Stratum.First32));
        Assert.Equal(items, (await db.Projects.SingleAsync(p => p.Id == _world.ProjectId)).LabelVersion);
    }

    [Theory]
    [InlineData("answers"), InlineData("skip"), InlineData("remarks")]
    public async Task Record_OfAnItemThatWasNeverServed_IsRefusedWithACodeAndNothingIsStored(string route)
    {
        await _world.AddPoolAsync(5);
        var ada = await _world.AddAnnotatorAsync("ada");
        var ben = await _world.AddAnnotatorAsync("ben");
        var item = Assert.Single((await ben.NextAsync()).Cards).ItemId;
        using var response = await ada.PostAsync(route, new
        {
            deck = ada.Deck(0),
            records = new[] { new { submissionId = Guid.NewGuid(), user = ada.UserId, itemId = item, answer =
                new { label = _world.LabelIds[0] },
                startedAt = 0, activeMs = 1, reason = "unclear", flagged = true } },
        });

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("\"code\":\"not-served\"", await response.Content.ReadAsStringAsync());
        await using var db = await _world.OpenDbAsync();
        Assert.Equal((0, 0, 0), (await db.Answers.CountAsync(), await db.Skips.CountAsync(), await db.Remarks.CountAsync()));
    }

    [Fact]
    public async Task Claims_AreWrittenOncePerCardWithTheirQueue_AndOutliveTheLease()
    {
        await _world.AddPoolAsync(5, drawn: 1);
        var ada = await _world.AddAnnotatorAsync("ada");
        var cards = (await ada.NextAsync(3)).Cards;
        // the same cards again: resumed, not claimed
        await ada.NextAsync(3);
        _world.Clock.Advance(TimeSpan.FromHours(3));

        await using var db = await _world.OpenDbAsync();
        var claims = await db.Claims.OrderBy(c => c.Id).ToListAsync();
        Assert.Equal(cards.Select(c => (c.ItemId, ada.UserId, c.Queue)), claims.Select(c => (c.ItemId, c.UserId, c.Queue)));
        Assert.Equal(Stratum.First32, claims[0].Queue);
        await db.Slots.ExecuteUpdateAsync(s => s.SetProperty(x => x.UserId, (string?)null));
        Assert.Equal(Kept.Stored, Assert.Single((await ada.SubmitAsync(ada.Answer(cards[0].ItemId))).Acknowledged).Kept);
    }
}
