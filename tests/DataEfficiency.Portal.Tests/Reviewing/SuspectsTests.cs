using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Reviewing;

/// <summary>Labels that a model which had not seen them doubts, by hand and from the rows of a check.</summary>
public sealed class SuspectsTests : IAsyncLifetime
{
    private readonly ReviewWorld _world = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public void Of_SharesOfFiveItems_NamesThoseWhereAnotherAnswerHasItsUsualShare()
    {
        // usual: A (.8 + .6 + .2) / 3 = .5333, B (.7 + .5) / 2 = .6; C nobody gave
        var found = Suspects.Of([Item(1, "A", .8, .1, .1), Item(2, "A", .6, .3, .1), Item(3, "A", .2, .65, .15), Item(4, "B", .1, .7, .2),
            Item(5, "B", .1, .5, .4)]);

        Assert.Equal((3, "B", -.45), Assert.Single(found) is var s ? (s.ItemId, s.Instead, Math.Round(s.Margin, 9)) : default);
        // the least margin first, the largest of several answers
        found = Suspects.Of([Item(1, "A", .4, .6, 0), Item(2, "B", .6, .4, 0), Item(3, "A", .1, .9, 0), Item(4, "C", .5, .5, 0)]);
        Assert.Equal([(3L, "B"), (4L, "A"), (1L, "B"), (2L, "A")], found.Select(f => (f.ItemId, f.Instead)));
        Assert.Empty(Suspects.Of([]));
    }

    [Fact]
    public async Task Queue_OfACheck_HasItsSuspectsBehindAllElse_WithoutTestItemsAndWhatWasReviewedSince()
    {
        await _world.StartAsync(5);
        for (var i = 0; i < 5; i++) await _world.AnswerAsync(i, i == 4 ? 1 : 0, i == 4 ? 1 : 0);
        await _world.FlagAsync(_world.Ada, 3);
        await _world.Portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            await db.Items.Where(i => i.Id == _world.Items[1]).ExecuteUpdateAsync(i => i.SetProperty(x => x.Split, ItemSplit.Test), token);
            var check = new Check { ProjectId = _world.ProjectId, Model = "m", ModelSha256 = "f00d", Score = .5, CreatedAt = 1 };
            db.Checks.Add(check);
            await db.SaveChangesAsync(token);
            // the first two and the fourth look like "answer 1", as the last does
            db.CheckPredictions.AddRange(_world.Items.Select((id, i) => new StoredPrediction
            {
                CheckId = check.Id, ItemId = id,
                Shares = i == 2 ? "{\"answer 0\":0.9,\"answer 1\":0.1}" : "{\"answer 0\":0.2,\"answer 1\":0.8}",
            }));
            // an older one, and one that tells nothing of answers
            db.Checks.Add(new Check { ProjectId = _world.ProjectId, Model = "m", ModelSha256 = "f00d", Score = .5, CreatedAt = 2 });
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);

        var list = await _world.ListAsync();

        Assert.Equal([(_world.Items[3], ReviewReasons.Flagged | ReviewReasons.Suspect), (_world.Items[0], ReviewReasons.Suspect)],
            list.Items.Select(o => (o.ItemId, o.Reasons)));
        var (open, card) = (list.Items[1], await _world.CardAsync(list.Items[1]));
        Assert.Equal(("answer 1", -.6), (open.Doubt!.Instead, Math.Round(open.Doubt.Margin, 9)));
        Assert.Null(await _world.DecideAsync(new(open.ItemId, open.After, ReviewVerdict.Taken, card.Majority!.AnswerId)));
        Assert.Equal(_world.Items[3], Assert.Single((await _world.ListAsync()).Items).ItemId);
    }

    private static ExpectedAnswer Item(long id, string label, double a, double b, double c) =>
        new(id, label, new Dictionary<string, double> { ["A"] = a, ["B"] = b, ["C"] = c });
}
