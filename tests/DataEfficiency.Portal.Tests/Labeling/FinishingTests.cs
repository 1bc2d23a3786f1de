using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>What is served where nothing new begins: cards that are on screens, and the further answers of items that have one.</summary>
public sealed class FinishingTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Stopped_CardsOnScreensAreAnswered_OverlapIsFinished_AndNothingNewIsServed()
    {
        await AddOverlapAsync(8);
        var (ada, ben, cy) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"),
            await _world.AddAnnotatorAsync("cy"));
        var first = (await ada.NextAsync(3)).Cards;
        await ada.SubmitAsync(ada.Answer(first[0].ItemId));
        Assert.Single((await cy.NextAsync()).Cards);
        _world.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(2, (await ada.NextAsync(2)).Cards.Count(c => first.Skip(1).Any(f => f.ItemId == c.ItemId)));
        await _world.SetProjectAsync(p => p.State = ProjectState.Stopped);

        // the tab was closed and comes back to its cards
        var back = await ada.OtherTab().NextAsync(3, [ada.Token]);
        Assert.Equal(first.Skip(1).Select(c => c.ItemId), back.Cards.Select(c => c.ItemId));
        Assert.Equal(2, (await ada.SubmitAsync([.. back.Cards.Select(c => ada.Answer(c.ItemId))])).Acknowledged.Count);
        Assert.Equal((3, 0), (await OpenAsync(ben), await OpenAsync(ada)));
        var shared = (await ben.NextAsync(3)).Cards.Select(c => c.ItemId).ToList();
        Assert.Equal(first.Select(c => c.ItemId).Order(), shared.Order());
        await ben.SubmitAsync([.. shared.Select(i => ben.Answer(i))]);

        var end = await ben.NextAsync(3);
        Assert.Empty(end.Cards);
        Assert.Equal(ApiCodes.Stopped, end.End!.Code);
        // what cy had begun and left is not begun again
        Assert.Empty((await cy.NextAsync()).Cards);
        Assert.Equal(0, await OpenAsync(ben));
    }

    [Fact]
    public async Task Stopped_AFurtherAnswerThatIsAskedAgain_IsNotServed()
    {
        await AddOverlapAsync(2);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        foreach (var card in (await ada.NextAsync(2)).Cards) await ada.SubmitAsync(ada.Answer(card.ItemId));
        await _world.Services.GetRequiredService<WriteQueue>().WriteAsync((db, c) => db.Slots.Where(s => s.AnswerId == null)
            .OrderBy(s => s.Id).Take(1).ExecuteUpdateAsync(s => s.SetProperty(x => x.Again, Stratum.Active), c), CancellationToken.None);
        await _world.SetProjectAsync(p => p.State = ProjectState.Stopped);

        Assert.Equal(1, await OpenAsync(ben));
        var further = Assert.Single((await ben.NextAsync(3)).Cards).ItemId;
        await ben.SubmitAsync(ben.Answer(further));
        Assert.Equal((ApiCodes.Stopped, 0), ((await ben.NextAsync()).End!.Code, await OpenAsync(ben)));
        await _world.SetProjectAsync(p => (p.State, p.NothingNew) = (ProjectState.Active, true));
        Assert.NotEqual(further, Assert.Single((await ben.NextAsync(3)).Cards).ItemId);
    }

    [Fact]
    public async Task NothingNew_OnlySecondAnswersThatReviewIsSpentOnAreServed()
    {
        await _world.AddPoolAsync(6);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        foreach (var card in (await ada.NextAsync(3)).Cards) await ada.SubmitAsync(ada.Answer(card.ItemId));
        await _world.Services.GetRequiredService<WriteQueue>().WriteAsync((db, c) => SlotSql.AskTwiceAsync(db, _world.ProjectId, 2, c),
            CancellationToken.None);
        await _world.SetProjectAsync(p => p.NothingNew = true);

        Assert.Equal((ApiCodes.Reviewing, 0), ((await ada.NextAsync()).End!.Code, await OpenAsync(ada)));
        Assert.Equal(2, await OpenAsync(ben));
        var cards = (await ben.NextAsync(3)).Cards;
        Assert.Equal(2, cards.Count);
        await ben.SubmitAsync([.. cards.Select(c => ben.Answer(c.ItemId, 1))]);

        Assert.Equal(ApiCodes.Reviewing, (await ben.NextAsync()).End!.Code);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal(2, await db.Finals.CountAsync(f => f.ProjectId == _world.ProjectId && f.By == FinalBy.None));
    }

    private async Task AddOverlapAsync(int items)
    {
        await _world.AddPoolAsync(items);
        await _world.SetProjectAsync(p => (p.OverlapShare, p.OverlapAnswers) = (1, 2));
        await _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, c) =>
            await SlotSql.FitAsync(db, await db.Projects.SingleAsync(p => p.Id == _world.ProjectId, c),
                await db.Items.Select(i => i.Id).ToListAsync(c), c),
            CancellationToken.None);
    }

    private async Task<int> OpenAsync(Annotator person) => (await _world.Services.GetRequiredService<AnnotatorWork>()
        .ReadAsync(person.UserId, CancellationToken.None))[0].Open;
}
