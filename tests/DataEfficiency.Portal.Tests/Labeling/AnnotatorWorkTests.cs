using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

public sealed class AnnotatorWorkTests : IDisposable
{
    private readonly StatementCounter _counter = new();
    private readonly LabelingWorld _world = new();

    public AnnotatorWorkTests()
    {
        var configure = _world.ConfigureServices!;
        _world.ConfigureServices = services =>
        {
            configure(services);
            services.ConfigureDbContext<AppDbContext>(o => o.AddInterceptors(_counter));
        };
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Open_CardsOnOtherScreensAndOwnSkips_AreNotCounted()
    {
        await _world.AddPoolAsync(6);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        Assert.Single((await ben.NextAsync()).Cards);
        Assert.Equal((5, 6), ((await ReadAsync(ada))[0].Open, (await ReadAsync(ben))[0].Open));
        var card = Assert.Single((await ada.NextAsync()).Cards);
        await ada.SkipAsync(card.ItemId);
        Assert.Equal(4, (await ReadAsync(ada))[0].Open);
        // what ben held comes back
        _world.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(5, (await ReadAsync(ada))[0].Open);
        await _world.SetProjectAsync(p => p.State = ProjectState.Paused);
        Assert.Equal(0, (await ReadAsync(ada))[0].Open);
    }

    [Fact]
    public async Task Open_AnItemForTwoPeople_IsOneItem()
    {
        await _world.AddPoolAsync(6);
        var ada = await _world.AddAnnotatorAsync("ada");
        await _world.SetProjectAsync(p => (p.OverlapShare, p.OverlapAnswers) = (1, 2));
        await using (var db = await _world.OpenDbAsync())
        {
            db.Slots.AddRange((await db.Slots.AsNoTracking().ToListAsync()).Select(s => new Slot
            {
                ProjectId = s.ProjectId, ItemId = s.ItemId, ImportId = s.ImportId, SlotNo = 1, RandomRank = s.RandomRank,
                ActiveRank = s.ActiveRank,
            }));
            await db.SaveChangesAsync();
        }

        Assert.Equal(6, (await ReadAsync(ada))[0].Open);
        var card = Assert.Single((await ada.NextAsync()).Cards);
        await ada.SubmitAsync(ada.Answer(card.ItemId, 0));
        Assert.Equal(5, (await ReadAsync(ada))[0].Open);
    }

    [Theory]
    [InlineData(1), InlineData(8)]
    public async Task Read_OfAnyNumberOfProjects_AsksOneStatement(int projects)
    {
        await _world.AddPoolAsync(4);
        var ada = await _world.AddAnnotatorAsync("ada");
        for (var i = 1; i < projects; i++)
        {
            var (other, _) = await _world.AddLabelPoolAsync(3, 0, true, TaskType.SingleChoice, ["label 0", "label 1"]);
            await _world.AddMemberAsync(other, ada.UserId, ProjectRole.Annotator);
        }
        // the figures are read once and held from then on
        Assert.Equal(projects, (await ReadAsync(ada)).Count);
        _counter.Statements.Clear();
        var works = await ReadAsync(ada);
        var statement = Assert.Single(_counter.Statements);
        Assert.Contains("\"Slots\"", statement, StringComparison.Ordinal);
        Assert.All(works, w => Assert.InRange(w.Open, 3, 4));
    }

    private Task<IReadOnlyList<ProjectWork>> ReadAsync(Annotator person) =>
        _world.Services.GetRequiredService<AnnotatorWork>().ReadAsync(person.UserId, CancellationToken.None);
}
