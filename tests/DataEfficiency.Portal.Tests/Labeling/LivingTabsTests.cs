using System.Net;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>Cards of a tab that was closed or crashed are not lost to the project for ten minutes.</summary>
public sealed class LivingTabsTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Deck_OfANewPage_TakesTheCardsOfATabThatWasSilentFor30Seconds()
    {
        await _world.AddPoolAsync(3, drawn: 3);
        var closed = await _world.AddAnnotatorAsync("ada");
        var held = (await closed.NextAsync(3)).Cards.Select(c => c.ItemId).ToList();
        var page = closed.OtherTab();

        _world.Clock.Advance(TimeSpan.FromSeconds(29));
        var early = await page.NextAsync(3);
        Assert.Equal((0, "held"), (early.Cards.Count, early.End!.Code));
        Assert.Equal((null, 3), Assert.Single(early.End.Held!) is var holder ? (holder.Name, holder.Items) : default);
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(held, (await page.NextAsync(3)).Cards.Select(c => c.ItemId));
        // what was taken over is the new page's: the old one does not prolong it
        await closed.PostAsync("renew", new RenewRequest(closed.Token, held, []));
        await using var db = await _world.OpenDbAsync();
        Assert.Equal([page.Token], await db.Slots.Select(s => s.Token).Distinct().ToListAsync());
    }

    [Fact]
    public async Task Deck_OfATabThatSpeaks_StaysItsOwn()
    {
        await _world.AddPoolAsync(3);
        var tab = await _world.AddAnnotatorAsync("ada");
        await tab.NextAsync(3);
        for (var i = 0; i < 12; i++)
        {
            _world.Clock.Advance(TimeSpan.FromSeconds(10));
            using var spoken = await tab.SayAliveAsync();
            Assert.Equal(HttpStatusCode.OK, spoken.StatusCode);
        }

        Assert.Empty((await tab.OtherTab().NextAsync(3)).Cards);
    }

    [Fact]
    public async Task Answer_FromTheSilentTab_BecomesARevisionOfTheNewPagesAnswer()
    {
        await _world.AddPoolAsync(1);
        var silent = await _world.AddAnnotatorAsync("ada");
        var item = Assert.Single((await silent.NextAsync()).Cards).ItemId;
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        var page = silent.OtherTab();
        Assert.Equal(item, Assert.Single((await page.NextAsync()).Cards).ItemId);

        Assert.Equal(Kept.Stored, Assert.Single((await page.SubmitAsync(page.Answer(item))).Acknowledged).Kept);
        var late = await silent.SubmitAsync(silent.Answer(item, 1));
        Assert.Equal((Kept.Revision, 1), (Assert.Single(late.Acknowledged).Kept, late.Progress.Labels));
    }

    [Fact]
    public async Task Deck_WhereOthersHoldTheLastItems_SaysWhoHoldsWhatUntilWhen()
    {
        await _world.AddPoolAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var ben = await _world.AddAnnotatorAsync("ben");
        var carl = await _world.AddAnnotatorAsync("carl");
        var adas = (await ada.NextAsync(2)).Cards;
        _world.Clock.Advance(TimeSpan.FromMinutes(2));
        var bens = Assert.Single((await ben.NextAsync(3)).Cards);

        var end = (await carl.NextAsync()).End!;
        // a millisecond for each card of a deck keeps their order
        Assert.Equal([new Holder("ada", 2, adas[0].LeaseUntil + 1), new Holder("ben", 1, bens.LeaseUntil)], end.Held);
        Assert.Equal(adas[0].LeaseUntil, end.FreeAt);
    }

    [Fact]
    public async Task Deck_WithOtherCardsWhileTheLastOfThe32AreOpenElsewhere_SaysWhoHasThem()
    {
        await _world.AddPoolAsync(40, drawn: 2);
        var ada = await _world.AddAnnotatorAsync("ada");
        var ben = await _world.AddAnnotatorAsync("ben");
        await ada.NextAsync(2);

        var reply = await ben.NextAsync();
        Assert.NotEqual(Stratum.First32, Assert.Single(reply.Cards).Queue);
        Assert.Equal(("ada", 2), Assert.Single(reply.FirstHeld!) is var holder ? (holder.Name, holder.Items) : default);
        Assert.Null((await ada.NextAsync(3)).FirstHeld);
    }

    [Fact]
    public void Tabs_AfterARestart_AllCountAsHavingSpoken()
    {
        var tabs = new LivingTabs(_world.Clock);
        _world.Clock.Advance(LivingTabs.Patience - TimeSpan.FromMilliseconds(1));
        Assert.Null(tabs.Of("ada"));
        tabs.Speak("ada", "one");
        tabs.Speak("ben", "two");
        _world.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["one"], tabs.Of("ada"));
        _world.Clock.Advance(LivingTabs.Patience);
        Assert.Empty(tabs.Of("ada")!);
    }
}
