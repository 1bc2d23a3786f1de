using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Reviewing;

/// <summary>What waits for a review and why, and what a decision changes: one transaction, whoever asks.</summary>
public sealed class ReviewTests : IAsyncLifetime
{
    private readonly ReviewWorld _world = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Queue_OfEveryReason_IsInTheirOrder_AndHidesWhatTheReviewerAnswered()
    {
        await _world.StartAsync(5);
        await _world.AnswerAsync(0, 1, 1);
        await _world.FlagAsync(_world.Bob, 0, "which of the two?");
        await _world.AnswerAsync(1, -1, -1);
        await _world.AnswerAsync(2, 0, 1);
        await _world.AnswerAsync(3, 2, 2);
        // alone with its answer, and taken out
        await _world.Ada.SubmitAsync(_world.Ada.Answer(_world.Items[4]));
        await _world.FlagAsync(_world.Ada, 4);
        await _world.Portal.Services.GetRequiredService<WriteQueue>().WriteAsync((db, token) => db.Items
            .Where(i => i.Id == _world.Items[4]).ExecuteUpdateAsync(i => i.SetProperty(x => x.Deleted, true), token), default);

        var list = await _world.ListAsync();

        Assert.Equal([(_world.Items[2], ReviewReasons.Disagreement), (_world.Items[1], ReviewReasons.Skipped),
            (_world.Items[0], ReviewReasons.Flagged)], list.Items.Select(o => (o.ItemId, o.Reasons)));
        Assert.Equal((0, 2), (list.Own, (await _world.ListAsync(_world.Ada.UserId)).Own));
        var card = await _world.CardAsync(list.Items[2]);
        Assert.Equal(("which of the two?", null, 2), (card.Voices.Single().Note, card.Voices.Single().Name, card.Majority!.People.Count));
        // one answer each: none is ahead
        Assert.Null((await _world.CardAsync(list.Items[0])).Majority);
    }

    [Theory]
    [InlineData(ProjectRole.Reviewer, null)]
    [InlineData(ProjectRole.Annotator, ApiCodes.Role)]
    [InlineData(ProjectRole.Viewer, ApiCodes.Role)]
    public async Task Decide_ByRole_OnlyLeadsAndReviewersMay(ProjectRole role, string? refusal)
    {
        await _world.StartAsync();
        await _world.AnswerAsync(0, 0, 1);
        var person = await _world.Portal.AddPersonAsync("rita");
        await _world.Portal.AddMemberAsync(_world.ProjectId, person.Id, role);
        var open = Assert.Single((await _world.ListAsync(person.Id)).Items);
        var card = await _world.CardAsync(open);

        Assert.Equal(refusal, (await _world.DecideAsync(new(open.ItemId, open.After, ReviewVerdict.Taken, card.Options[0].AnswerId),
            person.Id))?.Code);
    }

    [Fact]
    public async Task Item_ThatAReviewerSentBack_IsNeverGivenToThatReviewerToLabel()
    {
        await _world.StartAsync(1);
        await _world.AnswerAsync(0, 0, 1);
        Assert.Null(await _world.DecideAsync(new(_world.Items[0], 0, ReviewVerdict.SentBack)));
        // its people never come back to it: anybody may have it
        _world.Portal.Clock.Advance(TimeSpan.FromDays(8));
        var lead = new Annotator(_world.Portal, _world.Lead.Id, await _world.Portal.WithTokenAsync(_world.Lead.Id));

        Assert.Empty((await lead.NextAsync(3)).Cards);

        var cleo = await _world.Portal.AddAnnotatorAsync("cleo");
        Assert.Equal(_world.Items[0], Assert.Single((await cleo.NextAsync(3)).Cards).ItemId);
    }

    [Fact]
    public async Task Decide_TakesAnAnswer_EverythingFollowsInOneTransaction()
    {
        await _world.StartAsync();
        await _world.AnswerAsync(0, 0, 1);
        var book = _world.Portal.Services.GetRequiredService<FigureBook>();
        var figures = (await book.OfAsync(_world.ProjectId))!;
        var open = Assert.Single((await _world.ListAsync()).Items);
        var card = await _world.CardAsync(open);
        var rings = _world.Portal.Doorbell.Rings.Count;

        Assert.Null(await _world.DecideAsync(new(open.ItemId, open.After, ReviewVerdict.Taken, card.Options[1].AnswerId,
            Cause: ReviewCause.Slip, Note: " clear ")));

        Assert.Equal((FinalBy.Review, _world.Portal.LabelIds[1]), await _world.FinalAsync(0) is { } final
            ? (final.By, final.LabelId) : default);
        Assert.Empty((await _world.ListAsync()).Items);
        Assert.Equal(rings + 1, _world.Portal.Doorbell.Rings.Count);
        await using var db = await _world.Portal.OpenDbAsync();
        var answer = await db.Answers.Include(a => a.Parts).SingleAsync(a => a.Role == AnswerRole.Review);
        var given = await db.Answers.SingleAsync(a => a.Id == card.Options[1].AnswerId);
        Assert.Equal((given.AnswerJson, given.Stratum, _world.Lead.Id), (answer.AnswerJson, answer.Stratum, answer.UserId));
        Assert.Equal(_world.Portal.LabelIds[1], answer.Parts.Single().LabelId);
        var review = await db.Reviews.SingleAsync();
        Assert.Equal((answer.Id, ReviewCause.Slip, "clear"), (review.AnswerId, review.Cause, review.Note));
        Assert.Equal(("review", _world.Lead.Id), await db.Audit.Where(a => a.What == "review").Select(a => new { a.What, a.UserId })
            .SingleAsync() is { } audit ? (audit.What, audit.UserId) : default);
        // folded or read anew: the same figures, one item more that is decided and no label more that is paid for
        var after = (await book.OfAsync(_world.ProjectId))!;
        Assert.Equal((figures.Version + 1, figures.Decided + 1, figures.Answers), (after.Version, after.Decided, after.Answers));
        var anew = (await FigureRows.ReadAsync(db, new First32(), _world.ProjectId, CancellationToken.None))!;
        Assert.Equal((anew.Version, anew.Decided, anew.Answers, anew.Labelled),
            (after.Version, after.Decided, after.Answers, after.Labelled));
        Assert.DoesNotContain(_world.Lead.Id, anew.People.Keys);
    }

    [Fact]
    public async Task Decide_ByWhoMayNot_OrOnWhatWasReviewedMeanwhile_ChangesNothing()
    {
        await _world.StartAsync();
        await _world.AnswerAsync(0, 0, 1);
        var open = (await _world.ListAsync()).Items.Single();
        var take = new ReviewDecision(open.ItemId, 0, ReviewVerdict.Taken, (await _world.CardAsync(open)).Options[0].AnswerId);
        // leads the project now, and has answered the item
        await _world.Portal.Services.GetRequiredService<WriteQueue>().WriteAsync((db, token) => db.Memberships
            .Where(m => m.UserId == _world.Ada.UserId).ExecuteUpdateAsync(m => m.SetProperty(x => x.Role, ProjectRole.Lead), token),
                default);

        Assert.Equal(ApiCodes.Role, (await _world.DecideAsync(take, _world.Bob.UserId))!.Code);
        Assert.Equal(ApiCodes.OwnAnswer, (await _world.DecideAsync(take, _world.Ada.UserId))!.Code);
        Assert.Equal(ApiCodes.UnknownItem, (await _world.DecideAsync(take with { ItemId = 999 }))!.Code);
        Assert.Equal(ApiCodes.BadAnswer, (await _world.DecideAsync(take with { Take = 999 }))!.Code);
        Assert.Equal(ApiCodes.BadAnswer, (await _world.DecideAsync(take with { Verdict = ReviewVerdict.Written }))!.Code);
        Assert.Equal(ApiCodes.BadAnswer, (await _world.DecideAsync(take with { Verdict = ReviewVerdict.Written,
            Answer = JsonSerializer.SerializeToElement(new { label = 999 }) }))!.Code);
        Assert.Equal(ApiCodes.TooLong, (await _world.DecideAsync(take with { Note = new('n', 5000) }))!.Code);
        Assert.Equal(FinalBy.None, (await _world.FinalAsync(0))!.By);

        Assert.Null(await _world.DecideAsync(take));
        Assert.Equal(ApiCodes.Reviewed, (await _world.DecideAsync(take))!.Code);
        await using var db = await _world.Portal.OpenDbAsync();
        Assert.Equal(1, await db.Reviews.CountAsync());
    }

    [Fact]
    public async Task Decide_WritesAnother_AndDecidesAnewAfterAFlag()
    {
        await _world.StartAsync();
        await _world.AnswerAsync(0, 0, 1);
        Assert.Null(await _world.DecideAsync(new(_world.Items[0], 0, ReviewVerdict.Written, Answer:
            JsonSerializer.SerializeToElement(new { label = _world.Portal.LabelIds[3] }))));
        Assert.Equal(_world.Portal.LabelIds[3], (await _world.FinalAsync(0))!.LabelId);

        _world.Portal.Clock.Advance(TimeSpan.FromMinutes(1));
        await _world.FlagAsync(_world.Ada, 0, "I do not think so");
        var open = Assert.Single((await _world.ListAsync()).Items);
        Assert.Equal(ReviewReasons.Flagged, open.Reasons);
        // by another lead, who sees what was decided
        Assert.Single((await _world.CardAsync(open)).Past);
        Assert.Null(await _world.DecideAsync(new(open.ItemId, open.After, ReviewVerdict.Taken, (await _world.CardAsync(open)).Options
            .Single(o => o.Words == "label 1").AnswerId)));

        Assert.Equal((_world.Portal.LabelIds[1], FinalBy.Review), await _world.FinalAsync(0) is { } final
            ? (final.LabelId, final.By) : default);
        await using var db = await _world.Portal.OpenDbAsync();
        Assert.Equal([false, true], await db.Answers.Where(a => a.Role == AnswerRole.Review).OrderBy(a => a.Id).Select(a => a.Current)
            .ToListAsync());
    }

    [Fact]
    public async Task SentBack_ItsPeopleGetItAgainFirst_AndItComesBackWhenBothHaveAnswered()
    {
        await _world.StartAsync(3);
        await _world.AnswerAsync(0, 0, 1);
        _world.Portal.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await _world.DecideAsync(new(_world.Items[0], 0, ReviewVerdict.SentBack, Note: "look at the last word")));

        Assert.Null(await _world.FinalAsync(0));
        Assert.Empty((await _world.ListAsync()).Items);
        await using (var db = await _world.Portal.OpenDbAsync())
        {
            // taken back, and still there
            Assert.Equal([false, false], await db.Answers.Where(a => a.ItemId == _world.Items[0]).Select(a => a.Current).ToListAsync());
            var figures = (await _world.Portal.Services.GetRequiredService<FigureBook>().OfAsync(_world.ProjectId))!;
            Assert.Equal((0, 0), (figures.Answers, figures.Labelled));
        }
        // nobody else gets it meanwhile
        var cy = await _world.Portal.AddAnnotatorAsync("cy");
        Assert.DoesNotContain((await cy.NextAsync(3)).Cards, c => c.ItemId == _world.Items[0]);

        var card = Assert.Single((await _world.Ada.NextAsync(1, null, [.. _world.Items.Skip(1)])).Cards);
        Assert.Equal((_world.Items[0], "look at the last word"), (card.ItemId, card.Returned));
        _world.Portal.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Kept.Stored, (await _world.Ada.SubmitAsync(_world.Ada.Answer(card.ItemId, 1))).Acknowledged.Single().Kept);
        Assert.Empty((await _world.ListAsync()).Items);
        await _world.Bob.SubmitAsync(_world.Bob.Answer(card.ItemId, 1));

        var again = Assert.Single((await _world.ListAsync()).Items);
        Assert.Equal((ReviewReasons.SentBack, FinalBy.Unanimous), (again.Reasons, (await _world.FinalAsync(0))!.By));
        Assert.Null(await _world.DecideAsync(new(again.ItemId, again.After, ReviewVerdict.Taken,
            (await _world.CardAsync(again)).Majority!.AnswerId)));
        Assert.Empty((await _world.ListAsync()).Items);
        Assert.Equal(ApiCodes.BadAnswer, (await _world.DecideAsync(new(_world.Items[2], 0, ReviewVerdict.SentBack)))!.Code);
    }

    [Fact]
    public async Task Edit_AfterTheReview_IsKeptAsANote_AndTheFinalAnswerStands()
    {
        await _world.StartAsync();
        await _world.AnswerAsync(0, 0, 1);
        var open = (await _world.ListAsync()).Items.Single();
        Assert.Null(await _world.DecideAsync(new(open.ItemId, 0, ReviewVerdict.Taken, (await _world.CardAsync(open)).Options[0].AnswerId)));
        _world.Portal.Clock.Advance(TimeSpan.FromMinutes(1));
        var edit = _world.Bob.Answer(_world.Items[0], 2);

        Assert.Equal(Kept.Noted, (await _world.Bob.SubmitAsync(edit)).Acknowledged.Single().Kept);
        Assert.Equal(Kept.Known, (await _world.Bob.SubmitAsync(edit)).Acknowledged.Single().Kept);

        Assert.Equal(_world.Portal.LabelIds[0], (await _world.FinalAsync(0))!.LabelId);
        await using var db = await _world.Portal.OpenDbAsync();
        Assert.Equal("After the review: label 2", (await db.Remarks.SingleAsync()).Note);
        // what was said before the review is what was said: agreement does not grow by knowing the outcome
        Assert.Equal(_world.Portal.LabelIds[1], (await db.Answers.SingleAsync(a => a.UserId == _world.Bob.UserId && a.Current)).LabelId);
        Assert.Equal(2, await db.Answers.CountAsync(a => a.UserId == _world.Bob.UserId));
        // the reviewer's own answer is none of theirs as an annotator
        using var lead = await _world.Portal.WithTokenAsync(_world.Lead.Id);
        var recent = _world.Portal.Services.GetRequiredService<RecentAnswers>();
        Assert.Empty(await recent.ReadAsync(_world.ProjectId, _world.Lead.Id, null, CancellationToken.None));
    }
}
