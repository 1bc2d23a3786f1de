using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CsCheck;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>One person corrects an answer in two tabs, which send when they can and as often as they like.</summary>
public sealed class TwoTabsTests : IDisposable
{
    private const int Cases = 120, SkipAct = 4;
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Submit_KnownIdWithAnotherBody_Is409WithACodeAndChangesNothing()
    {
        await _world.AddPoolAsync(2);
        var ada = await _world.AddAnnotatorAsync("ada");
        var cards = (await ada.NextAsync(2)).Cards;
        var first = ada.Answer(cards[0].ItemId);
        await ada.SubmitAsync(first);
        var (other, elsewhere) = (ada.Answer(cards[0].ItemId, 1, first.SubmissionId), ada.Answer(cards[1].ItemId, 0, first.SubmissionId));

        foreach (var record in new[] { other, elsewhere })
        {
            using var response = await ada.PostAsync("answers", new AnswersRequest(ada.Deck(0), [record]));
            Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
            var reply = (await response.Content.ReadFromJsonAsync<DeckReply>(LabelingWorld.Json))!;
            Assert.Equal(("duplicate-id", record.SubmissionId), Assert.Single(reply.Refused) is var r ? (r.Code, r.SubmissionId) : default);
        }
        var skip = new SkipRecord(first.SubmissionId, ada.UserId, cards[0].ItemId, "unclear");
        using (var response = await ada.PostAsync("skip", new SkipsRequest(ada.Deck(0), [skip])))
            Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        // beside one that was taken the reply is an ordinary one
        using (var response = await ada.PostAsync("answers", new AnswersRequest(ada.Deck(0), [other, ada.Answer(cards[1].ItemId)])))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        await using var db = await _world.OpenDbAsync();
        Assert.Equal(["answer 0", "answer 0"], await db.Answers.OrderBy(a => a.Id).Select(a => a.AnswerText).ToListAsync());
        Assert.Empty(await db.Skips.ToListAsync());
    }

    [Theory]
    [InlineData(5_000_000), InlineData(long.MaxValue)]
    public async Task Submit_ByAClockThatIsBehind_StillCorrectsWhatItRevises(long firstAt)
    {
        await _world.AddPoolAsync(1);
        var ada = await _world.AddAnnotatorAsync("ada");
        var first = ada.Answer(Assert.Single((await ada.NextAsync()).Cards).ItemId) with { AnsweredAt = firstAt };
        var correction = ada.Answer(first.ItemId, 1) with { AnsweredAt = 1_000, Revises = first.SubmissionId };
        await ada.SubmitAsync(first);

        Assert.Equal(Kept.Revision, Assert.Single((await ada.SubmitAsync(correction)).Acknowledged).Kept);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal("answer 1", (await db.Answers.SingleAsync(a => a.Current)).AnswerText);
    }

    /// <summary>Acts are labels 0 to 3 or a skip, in the order in which they were done; the deliveries are what the server sees.</summary>
    [Fact]
    public async Task TwoTabs_AnyOrderOfArrivalsWithResends_KeepTheNewestAndStoreNothingTwice()
    {
        await _world.AddPoolAsync(Cases);
        var ada = await _world.AddAnnotatorAsync("ada");
        await using var db = await _world.OpenDbAsync();
        var items = await db.Items.OrderBy(i => i.Id).Select(i => i.Id).ToListAsync();
        db.Claims.AddRange(items.Select(id => new ItemClaim { ItemId = id, UserId = ada.UserId }));
        await db.SaveChangesAsync();
        var histories = Gen.Int[0, SkipAct].Array[2, 6].SelectMany(acts =>
            Gen.Select(Gen.Const(acts), Gen.Int[0, acts.Length - 1].Array[0, 6], Gen.Shuffle(Enumerable.Range(0, acts.Length).ToArray()),
                Gen.Int[-1, acts.Length - 1].Array[acts.Length]));
        var random = new PCG(20261127);
        for (var n = 0; n < Cases; n++)
        {
            var (acts, early, rest, revises) = histories.Generate(random, null, out _);
            var ids = acts.Select(_ => Guid.NewGuid()).ToArray();
            // a tab names what it knows of, which may be anything that came before
            var records = acts.Select((act, i) => Record(ada, items[n], act, ids[i], revises[i] is >= 0 and var r && r < i ? ids[r] : null,
                1_000 + i))
                .ToList();
            var seen = new HashSet<int>();
            foreach (var k in early.Concat(rest))
            {
                var kept = Assert.Single((await DeliverAsync(ada.UserId, records[k])).Acknowledged is { } a ? new[] { a.Kept } : []);
                if (!seen.Add(k) && acts[k] != SkipAct) Assert.Equal(Kept.Known, kept);
            }
            await AssertNewestAsync(items[n], acts, ids,
                $"case {n}: acts {string.Join(' ', acts)}, arrived {string.Join(' ', early.Concat(rest))}");
        }
    }

    private async Task AssertNewestAsync(long item, int[] acts, Guid[] ids, string story)
    {
        await using var db = await _world.OpenDbAsync();
        var answers = await db.Answers.AsNoTracking().Where(a => a.ItemId == item).ToListAsync();
        var newest = acts[^1] == SkipAct ? null : (Guid?)ids[^1];
        Assert.True(answers.Where(a => a.Current).Select(a => (Guid?)a.SubmissionId).SequenceEqual(newest is null ? [] : [newest]), story);
        Assert.True(answers.Count == acts.Count(a => a != SkipAct), story);
        Assert.True(await db.Skips.CountAsync(k => k.ItemId == item) == (newest is null ? 1 : 0), story);
        Assert.True((await db.Slots.SingleAsync(s => s.ItemId == item)).AnswerId == answers.SingleOrDefault(a => a.Current)?.Id, story);
    }

    private IAnsweredRecord Record(Annotator ada, long item, int act, Guid id, Guid? revises, long at) => act == SkipAct
        ? new SkipRecord(id, ada.UserId, item, "unclear", revises, at)
        : ada.Answer(item, act, id) with { Revises = revises, AnsweredAt = at };

    private Task<Receipt> DeliverAsync(string user, IAnsweredRecord record) => record is AnswerRecord answer
        ? _world.Services.GetRequiredService<LabelService>().SubmitAsync(_world.ProjectId, user, answer, CancellationToken.None)
        : _world.Services.GetRequiredService<SkipService>().SkipAsync(_world.ProjectId, user, (SkipRecord)record, CancellationToken.None);
}
