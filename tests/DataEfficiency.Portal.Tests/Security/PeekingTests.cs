using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Reviewing;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>Section 17, peeking: what another person answered and said of an item never reaches who is to answer it, by no route that an
/// annotator may ask and no page.</summary>
public sealed class PeekingTests : IAsyncLifetime
{
    private const string Answered = "what-ada-answered", Noted = "what-ada-noted";

    private readonly ReviewWorld _world = new();

    public Task InitializeAsync() => _world.StartAsync(2, TaskType.ShortAnswer);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Item_ThatAnotherAnswered_SaysNothingOfItToWhoIsToAnswer()
    {
        var (ada, bob, item) = (_world.Ada, _world.Bob, _world.Items[0]);
        Assert.Single((await ada.SubmitAsync(new AnswerRecord(Guid.NewGuid(), ada.UserId, item,
            JsonSerializer.SerializeToElement(new { text = Answered }), 0, 10))).Acknowledged);
        await _world.FlagAsync(ada, 0, Noted);
        await ada.PostAsync("drafts", new { records = new[] { new { userId = ada.UserId, itemId = _world.Items[1],
            answer = new { text = Answered } } } });

        List<string> heard = [];
        foreach (var (route, body) in new (string, object)[]
        {
            ("deck", bob.Deck(3)), ("recent", new { itemId = (long?)null }), ("recent", new { itemId = item }),
            ("renew", new RenewRequest(bob.Token, [item], [])), ("answers", new AnswersRequest(bob.Deck(3), [])),
            ("remarks", new RemarksRequest(bob.Deck(3), [])), ("skip", new SkipsRequest(bob.Deck(3), [])),
        })
            heard.Add(await (await bob.PostAsync(route, body)).Content.ReadAsStringAsync());
        var page = await (await _world.Portal.SignedInAsync("bob")).GetStringAsync($"/projects/{_world.ProjectId}/label");

        Assert.Contains($"\"itemId\":{item}", heard[0]);
        // a gold item's place in the queue is made when its turn comes: by its number everybody would know it
        Assert.DoesNotContain("slotId", heard[0]);
        Assert.All([.. heard, page], reply =>
        {
            Assert.DoesNotContain(Answered, reply);
            Assert.DoesNotContain(Noted, reply);
            Assert.DoesNotContain(ada.UserId, reply);
        });
        // and whoever has answered sees the own answer
        Assert.Contains(Answered, await (await ada.PostAsync("recent", new { itemId = (long?)null })).Content.ReadAsStringAsync());
    }
}
