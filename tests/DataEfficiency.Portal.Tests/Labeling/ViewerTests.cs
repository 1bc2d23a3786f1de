using System.Net;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>A viewer gets no cards and nothing of a viewer's is taken, whatever the person was before.</summary>
public sealed class ViewerTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Annotator_LoweredToViewer_GivesTheCardsBackAndHearsWhyNothingIsTaken()
    {
        await _world.AddPoolAsync(6);
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = (await ada.NextAsync(3)).Cards[0].ItemId;
        var lead = await _world.AddPersonAsync("lead");
        await _world.AddMemberAsync(_world.ProjectId, lead.Id, ProjectRole.Lead);

        Assert.Null(await _world.Services.GetRequiredService<ProjectMembers>()
            .SetAsync(TestPrincipal.Of(lead), _world.ProjectId, ada.UserId, ProjectRole.Viewer));

        await using var db = await _world.OpenDbAsync();
        Assert.False(await db.Slots.AnyAsync(s => s.UserId == ada.UserId));
        // the old token ended with the old role; this is the same person, signed in again
        var again = new Annotator(_world, ada.UserId, await _world.WithTokenAsync(ada.UserId));
        Assert.Equal(ApiCodes.Removed, Assert.Single((await again.SubmitAsync(again.Answer(item))).Refused).Code);
        Assert.Equal((0, ApiCodes.Removed), (await again.NextAsync(3)) is var deck ? (deck.Cards.Count, deck.End!.Code) : default);
        Assert.False(await db.Answers.AnyAsync());
    }

    [Fact]
    public async Task Viewer_WhoNeverLabelled_MayNotAskForCards()
    {
        await _world.AddPoolAsync(6);
        var vera = await _world.AddPersonAsync("vera");
        await _world.AddMemberAsync(_world.ProjectId, vera.Id, ProjectRole.Viewer);
        var viewer = new Annotator(_world, vera.Id, await _world.WithTokenAsync(vera.Id));

        using var answer = await viewer.PostAsync("deck", viewer.Deck(3));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains($"\"{ApiCodes.Role}\"", await answer.Content.ReadAsStringAsync());
    }
}
