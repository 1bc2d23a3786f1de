using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Schemas;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>A label that is retired while somebody labels.</summary>
public sealed class RetiredLabelTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    private Task KeepAsync(Action<List<Label>> change) => _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        change(await db.Labels.OrderBy(l => l.Order).ToListAsync(token));
        await db.SaveChangesAsync(token);
        var project = await db.Projects.SingleAsync(p => p.Id == _world.ProjectId, token);
        await SchemaVersions.KeepAsync(db, project, "lead", _world.Clock.GetUtcNow().ToUnixTimeMilliseconds(), token);
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
    }, CancellationToken.None);

    [Fact]
    public async Task Submit_LabelRetiredAfterTheCardWasServed_IsTakenInTheVersionOfThatMoment()
    {
        await _world.AddPoolAsync(4);
        await KeepAsync(_ => { });
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        var before = (await ada.NextAsync()).Cards[0].ItemId;
        await KeepAsync(labels => labels[3].Retired = true);

        Assert.Equal(Kept.Stored, Assert.Single((await ada.SubmitAsync(ada.Answer(before, 3))).Acknowledged).Kept);
        var after = (await ben.NextAsync()).Cards[0].ItemId;
        Assert.Equal(ApiCodes.BadAnswer, Assert.Single((await ben.SubmitAsync(ben.Answer(after, 3))).Refused).Code);
        Assert.Equal(Kept.Stored, Assert.Single((await ben.SubmitAsync(ben.Answer(after, 2))).Acknowledged).Kept);

        await using var db = await _world.OpenDbAsync();
        Assert.Equal([(before, 1), (after, 2)],
            (await db.Answers.OrderBy(a => a.Id).ToListAsync()).Select(a => (a.ItemId, a.SchemaVersion)));
    }
}
