using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

/// <summary>One person, one pace and one cost, wherever they are shown.</summary>
public sealed class PaceAndCostTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Pace_OfOnePerson_IsTheSameOnEveryPageAndInTheWorkbook()
    {
        await _world.AddPoolAsync(30, drawn: 3);
        var ada = await _world.AddAnnotatorAsync("ada");
        int[] times = [1000, 500_000, 4000, 9000, 9000, 30_000];
        Progress? shown = null;
        foreach (var time in times)
        {
            var card = Assert.Single((await ada.NextAsync()).Cards);
            shown = (await ada.SubmitAsync(ada.Answer(card.ItemId) with { ActiveMs = time })).Progress;
        }
        await AddSurplusAndImportedAsync(ada.UserId);

        // by hand: the long one counts as a minute
        var expected = 6 * 3_600_000.0 / (1000 + 60_000 + 4000 + 9000 + 9000 + 30_000);
        Assert.Equal(expected, shown!.PerHour!.Value, 9);
        var picture = (await _world.Services.GetRequiredService<ForecastPublisher>().NewestAsync(_world.ProjectId))!;
        Assert.Equal(expected, picture.Figures!.Pace.PerHour!.Value, 9);
        Assert.Equal(expected, Assert.Single(AnnotatorRow.Of(picture.Figures, picture.View!.Names, true)).PerHour!.Value, 9);
        var work = Assert.Single(await _world.Services.GetRequiredService<AnnotatorWork>().ReadAsync(ada.UserId, CancellationToken.None));
        Assert.Equal(expected, work.PerHour!.Value, 9);
        Assert.Equal(expected, Assert.Single((await ReportAsync()).Annotators).PerHour!.Value, 9);
    }

    [Fact]
    public async Task Cost_OfAProject_ChargesNeitherSurplusNorImportedAnswers_OnThePageAndInTheWorkbook()
    {
        await _world.AddPoolAsync(30, drawn: 3);
        var ada = await _world.AddAnnotatorAsync("ada");
        await _world.SetProjectAsync(p => p.PricePerLabel = .5m);
        for (var i = 0; i < 2; i++) await ada.SubmitAsync(ada.Answer(Assert.Single((await ada.NextAsync()).Cards).ItemId));
        await AddSurplusAndImportedAsync(ada.UserId);

        var picture = (await _world.Services.GetRequiredService<ForecastPublisher>().NewestAsync(_world.ProjectId))!;
        Assert.Equal((3, 2), (picture.Labels, picture.Figures!.Paid));
        Assert.Equal(1, Cost.Of(.5m, picture.Figures.Paid));
        Assert.Equal(2, (await ReportAsync()).Paid);
    }

    [Theory]
    [InlineData(4, false), InlineData(5, true)]
    public void Pace_OfFewAnswers_IsNone(int answers, bool isPace) =>
        Assert.Equal(isPace, Pace.Of(Enumerable.Repeat(1000, answers)).PerHour is not null);

    private Task AddSurplusAndImportedAsync(string userId) => _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token)
        =>
    {
        var items = await db.Items.Where(i => !db.Answers.Any(a => a.ItemId == i.Id)).OrderByDescending(i => i.Id).Take(2)
            .Select(i => i.Id).ToListAsync(token);
        var project = await db.Projects.SingleAsync(p => p.Id == _world.ProjectId, token);
        project.LabelVersion++;
        foreach (var (item, stratum, surplus) in new[] { (items[0], Stratum.Imported, false), (items[1], Stratum.Active, true) })
            db.Answers.Add(new Answer
            {
                SubmissionId = Guid.NewGuid(), ProjectId = project.Id, ItemId = item, UserId = userId, AnswerText = "answer 1",
                AnswerJson = "{}", Stratum = stratum, Surplus = surplus, ActiveMilliseconds = 1,
                Role = stratum == Stratum.Imported ? AnswerRole.Import : AnswerRole.Annotator, LabelVersion = project.LabelVersion,
            });
        await db.SaveChangesAsync(token);
        foreach (var item in items) await FinalAnswers.SettleAsync(db, project, item, token);
    }, CancellationToken.None);

    private async Task<ReportFigures> ReportAsync()
    {
        var contexts = _world.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using var snapshot = (await ExportSnapshot.OpenAsync(contexts, _world.ProjectId, CancellationToken.None))!;
        return await ReportFigures.ReadAsync(snapshot, TimeProvider.System, CancellationToken.None);
    }
}
