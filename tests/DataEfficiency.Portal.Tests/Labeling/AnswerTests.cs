using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

public sealed class AnswerTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Submit_SentTwice_IsStoredOnceAndAcknowledgedTwice()
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var record = ada.Answer(Assert.Single((await ada.NextAsync()).Cards).ItemId);

        var first = Assert.Single((await ada.SubmitAsync(record)).Acknowledged);
        var again = Assert.Single((await ada.SubmitAsync(record)).Acknowledged);

        Assert.Equal(new Acknowledgement(record.SubmissionId, Kept.Stored), first);
        Assert.Equal(new Acknowledgement(record.SubmissionId, Kept.Known), again);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal("answer 0", (await db.Answers.SingleAsync()).AnswerText);
        Assert.Equal(1, (await db.Projects.SingleAsync(p => p.Id == _world.ProjectId)).LabelVersion);
        Assert.Single(_world.Doorbell.Rings);
    }

    [Theory]
    [InlineData("{\"label\":\"abc\"}"), InlineData("{\"label\":1.5}"), InlineData("{\"label\":null}"), InlineData("{\"label\":{}}"),
        InlineData("[]"), InlineData("null"), InlineData("7")]
    [InlineData("{\"label\":99999999999}"), InlineData("{\"text\":\"\\ud83d\"}"), InlineData("{\"text\":[]}")]
    public async Task Submit_AnAnswerOfNoShape_IsRefusedAndTheOthersAreStored(string answer)
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var cards = (await ada.NextAsync(2)).Cards;
        var bad = $$"""
            {"submissionId":"{{Guid.NewGuid()}}","user":"{{ada.UserId}}","itemId":{{cards[0].ItemId}},"answer":{{answer}},
            "startedAt":0,"activeMs":1}
            """;
        var good = JsonSerializer.Serialize(ada.Answer(cards[1].ItemId), JsonSerializerOptions.Web);
        foreach (var type in new[] { TaskType.SingleChoice, TaskType.ShortAnswer })
        {
            await _world.SetProjectAsync(p => p.TaskType = type);
            var body = new StringContent($$"""{"deck":{"token":"t","want":0},"records":[{{bad}},{{good}}]}""", System.Text.Encoding.UTF8,
                "application/json");
            using var response = await ada.Client.PostAsync($"/api/v1/projects/{_world.ProjectId}/answers", body);

            var reply = (await response.Content.ReadFromJsonAsync<DeckReply>(LabelingWorld.Json))!;
            Assert.Equal("bad-answer", reply.Refused[0].Code);
            if (type == TaskType.SingleChoice) Assert.Single(reply.Acknowledged);
        }
    }

    [Fact]
    public async Task Submit_OwnItemAgain_IsARevisionThatKeepsItsStratum()
    {
        await _world.AddPoolAsync(3, drawn: 3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = Assert.Single((await ada.NextAsync()).Cards).ItemId;
        await ada.SubmitAsync(ada.Answer(item));
        var reply = await ada.SubmitAsync(ada.Answer(item, label: 2));

        Assert.Equal(Kept.Revision, Assert.Single(reply.Acknowledged).Kept);
        await using var db = await _world.OpenDbAsync();
        var labels = await db.Answers.OrderBy(l => l.Id).ToListAsync();
        Assert.Equal([false, true], labels.Select(l => l.Current));
        Assert.Equal([1, 2], labels.Select(l => l.Revision));
        Assert.Equal(labels[0].Id, labels[1].RevisesId);
        Assert.Equal(Stratum.First32, labels[1].Stratum);
        Assert.Equal(labels[1].Id, (await db.Slots.SingleAsync(s => s.ItemId == item)).AnswerId);
        Assert.Equal(1, reply.Progress.Labels);
        Assert.Equal("answer 2", (await ada.ReadAsync<RecentReply>("recent", new RecentRequest(null))).Answers
            .Single().AnswerText.Replace("label", "answer"));
    }

    [Fact]
    public async Task Submit_RefusedRecordInTheMiddle_TheRestFlowsOn()
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var items = (await ada.NextAsync(3)).Cards.Select(c => c.ItemId).ToList();
        var bad = ada.Answer(items[1]) with { Answer = JsonSerializer.SerializeToElement(new { label = 999_999 }) };
        var reply = await ada.SubmitAsync(ada.Answer(items[0]), bad, ada.Answer(items[2]), ada.Answer(77_777));

        Assert.Equal(2, reply.Acknowledged.Count);
        Assert.Equal(["bad-answer", "unknown-item"], reply.Refused.Select(r => r.Code));
        Assert.Contains("999999", reply.Refused[0].Reason);
    }

    [Fact]
    public async Task Submit_AnotherPersonsRecord_IsRefusedAndNotStored()
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var ben = await _world.AddAnnotatorAsync("ben");
        var item = Assert.Single((await ada.NextAsync()).Cards).ItemId;
        var reply = await ben.SubmitAsync(ada.Answer(item));

        Assert.Empty(reply.Acknowledged);
        Assert.Equal("other-user", Assert.Single(reply.Refused).Code);
        Assert.Equal(ben.UserId, reply.User);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal(0, await db.Answers.CountAsync());
    }

    [Fact]
    public async Task Skip_AfterAnAnswer_TakesItBackAndAnAnswerTakesTheSkipBack()
    {
        await _world.AddPoolAsync(1);
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = Assert.Single((await ada.NextAsync()).Cards).ItemId;
        await ada.SubmitAsync(ada.Answer(item));
        Assert.Equal(0, (await ada.SkipAsync(item)).Progress.Labels);
        Assert.Equal("skipped", (await ada.NextAsync()).End!.Code);
        Assert.Equal(Kept.Stored, Assert.Single((await ada.SubmitAsync(ada.Answer(item, 1))).Acknowledged).Kept);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal(0, await db.Skips.CountAsync());
        Assert.Equal("answer 1", (await db.Answers.SingleAsync(l => l.Current)).AnswerText);
    }

    [Fact]
    public async Task ShortAnswer_DraftFlagAndNote_ComeBackWithTheCard()
    {
        await _world.AddPoolAsync(2, type: TaskType.ShortAnswer);
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = Assert.Single((await ada.NextAsync()).Cards).ItemId;
        var text = JsonSerializer.SerializeToElement(new { text = "  half an ans" });
        using (await ada.PostAsync("drafts", new DraftsRequest([new DraftRecord(Guid.NewGuid(), ada.UserId, item, text)]))) { }
        using (await ada.PostAsync("remarks",
            new RemarksRequest(ada.Deck(0), [new RemarkRecord(Guid.NewGuid(), ada.UserId, item, true, "odd one")]))) { }

        var card = Assert.Single((await ada.NextAsync()).Cards);
        Assert.Equal((item, true, "odd one"), (card.ItemId, card.Flagged, card.Note));
        Assert.Equal("  half an ans", card.Draft!.Value.GetProperty("text").GetString());

        await ada.SubmitAsync(new AnswerRecord(Guid.NewGuid(), ada.UserId, item, text, 0, 10));
        await using var db = await _world.OpenDbAsync();
        Assert.Equal("half an ans", (await db.Answers.SingleAsync()).AnswerText);
        Assert.Equal(0, await db.Drafts.CountAsync());
        var empty = new AnswerRecord(Guid.NewGuid(), ada.UserId, item, JsonSerializer.SerializeToElement(new { text = " " }), 0, 10);
        Assert.Equal("The answer is empty.", Assert.Single((await ada.SubmitAsync(empty)).Refused).Reason);
    }

    [Theory]
    [InlineData("[0-9]{4}", "1984", null)]
    [InlineData("[0-9]{4}", " 1984 ", null)]
    [InlineData("[0-9]{4}", "in 1984", "must match the pattern [0-9]{4}")]
    [InlineData("a|b", "ab", "must match")]
    [InlineData(null, "123456", "has 6 characters; 5 are allowed")]
    // exponential for a backtracking matcher: refused after a tenth of a second, where it would run for hours
    [InlineData("(a+)+", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "takes too long")]
    public async Task ShortAnswer_OutsideOfItsRules_IsRefusedWithTheReason(string? pattern, string answer, string? says)
    {
        await _world.AddPoolAsync(1, type: TaskType.ShortAnswer);
        await _world.SetProjectAsync(p => (p.AnswerPattern, p.AnswerLength) = (pattern, pattern is null ? 5 : null));
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = Assert.Single((await ada.NextAsync()).Cards).ItemId;

        var reply = await ada.SubmitAsync(new AnswerRecord(Guid.NewGuid(), ada.UserId, item,
            JsonSerializer.SerializeToElement(new { text = answer }), 0, 10));

        if (says is null) Assert.Equal(Kept.Stored, Assert.Single(reply.Acknowledged).Kept);
        else Assert.Contains(says, Assert.Single(reply.Refused).Reason);
    }

    [Fact]
    public async Task Suggestion_Off_OrOnARandomItem_IsNotSent_AndShownOnesAreStored()
    {
        await _world.AddPoolAsync(4);
        await _world.SetProjectAsync(p => p.RandomShare = .5);
        var ada = await _world.AddAnnotatorAsync("ada");
        await using (var db = await _world.OpenDbAsync())
            await db.AddRankingAsync(await db.Projects.SingleAsync(p => p.Id == _world.ProjectId), " Answer 2.");
        var off = Assert.Single((await ada.NextAsync()).Cards);
        await _world.SetProjectAsync(p => p.SuggestionsShown = true);
        var cards = (await ada.NextAsync(3, have: off.ItemId)).Cards;
        Assert.Null(off.Suggestion);
        Assert.All(cards, c => Assert.Equal(c.Queue == Stratum.Active, c.Suggestion is not null));
        Assert.Equal([Stratum.Random, Stratum.Active], cards.Select(c => c.Queue).Distinct().Order());
        var suggested = cards.First(c => c.Suggestion is not null);
        Assert.Equal(_world.LabelIds[2], suggested.Suggestion!.Value.GetProperty("label").GetInt32());
        await ada.SubmitAsync(ada.Answer(suggested.ItemId) with { Suggested = true },
            ada.Answer(cards.First(c => c.Suggestion is null).ItemId));
        await ada.SubmitAsync(ada.Answer(suggested.ItemId, 1));
        await using var read = await _world.OpenDbAsync();
        Assert.Equal([true, false, true], await read.Answers.OrderBy(l => l.Id).Select(l => l.SuggestionShown).ToListAsync());
    }

    [Fact]
    public async Task Answers_WithoutTheAntiforgeryHeader_AreRefusedByCode()
    {
        await _world.AddPoolAsync(1);
        await _world.AddAnnotatorAsync("ada");
        var browser = await _world.SignedInAsync("ada");
        foreach (var route in new[] { "deck", "answers", "skip", "remarks", "drafts", "recent", "renew" })
        {
            using var response = await browser.PostAsJsonAsync($"/api/v1/projects/{_world.ProjectId}/{route}", new { });
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal("antiforgery", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        }
        using var anonymous = await _world.Browser().PostAsJsonAsync($"/api/v1/projects/{_world.ProjectId}/deck", new { });
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    private sealed record RecentReply(string User, IReadOnlyList<RecentAnswer> Answers);
}
