using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Schemas;

/// <summary>Labels that are merged, taken apart, asked again and brought back, with answers already given.</summary>
public sealed class AnswerSetTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    /// <summary>A lead changes the answers on the settings page and saves.</summary>
    private async Task SaveAsync(Action<ProjectForm> change)
    {
        var projects = _world.Services.GetRequiredService<ProjectService>();
        var (_, form, _) = (await projects.FindAsync(_world.ProjectId))!.Value;
        change(form);
        Assert.Empty(form.Validate(hasGold: false));
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        var agreed = await projects.CompareAsync(_world.ProjectId, form);
        Assert.Null(await projects.SaveAsync(_world.ProjectId, form, "lead", agreed));
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        using var patience = new CancellationTokenSource(Patience.Long);
        await using var db = await _world.OpenDbAsync();
        while (await db.Jobs.AnyAsync(j => j.Kind == JobKind.AnswerSet && j.State <= WorkState.Running, patience.Token))
            await Task.Delay(20, patience.Token);
        Assert.All(await db.Jobs.Where(j => j.Kind == JobKind.AnswerSet).ToListAsync(),
            j => Assert.Equal((WorkState.Done, null), (j.State, j.Error)));
    }

    private async Task StartAsync(int items, int drawn = 0)
    {
        await _world.AddPoolAsync(items, drawn);
        await _world.AddLeadAsync(_world.ProjectId);
        await _world.SetProjectAsync(p => (p.Instruction, p.Model) = ("Which label?", "none"));
        await SaveAsync(_ => { });
    }

    private async Task<Dictionary<long, (FinalBy By, int? Label)>> FinalsAsync()
    {
        await using var db = await _world.OpenDbAsync();
        return await db.Finals.ToDictionaryAsync(f => f.ItemId, f => (f.By, f.LabelId));
    }

    private async Task<ForecastUpdate> ForecastAsync() =>
        (await _world.Services.GetRequiredService<ForecastReader>().ReadAsync(_world.ProjectId))!;

    private static async Task<long> AnswerNextAsync(Annotator person, int label)
    {
        var item = (await person.NextAsync()).Cards[0].ItemId;
        Assert.Equal(Kept.Stored, Assert.Single((await person.SubmitAsync(person.Answer(item, label))).Acknowledged).Kept);
        return item;
    }

    [Fact]
    public async Task Merge_TwoPeopleWhoDisagreed_AgreeUnderTheMapUntilTheLabelIsBroughtBack()
    {
        await StartAsync(2);
        await using (var db = await _world.OpenDbAsync())
        {
            var slot = await db.Slots.AsNoTracking().OrderBy(s => s.ActiveRank).FirstAsync();
            await _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (write, token) =>
            {
                write.Slots.Add(new Slot { ProjectId = slot.ProjectId, ItemId = slot.ItemId, ImportId = 1, SlotNo = 1,
                    RandomRank = slot.RandomRank, ActiveRank = slot.ActiveRank });
                await write.SaveChangesAsync(token);
            }, CancellationToken.None);
        }
        await _world.SetProjectAsync(p => p.RandomShare = 0);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        var item = await AnswerNextAsync(ada, 0);
        Assert.Equal(item, await AnswerNextAsync(ben, 1));
        Assert.Equal((FinalBy.None, null), (await FinalsAsync())[item]);
        var labels = _world.LabelIds;

        await SaveAsync(f =>
        {
            f.Retire(f.Answers[0]);
            (f.Retired[0].Fate, f.Retired[0].Into) = (RetiredFate.Merge, "answer 1");
        });
        Assert.Equal((FinalBy.Unanimous, labels[1]), (await FinalsAsync())[item]);
        Assert.Equal(1, (await ForecastAsync()).Labels);
        Assert.Empty(await DisagreementsAsync());
        await using (var db = await _world.OpenDbAsync())
        {
            // what people chose stays as it was
            Assert.Equal([labels[0], labels[1]], await db.Answers.OrderBy(a => a.Id).Select(a => a.LabelId!.Value).ToListAsync());
            Assert.Equal(["answer 1"], (await LabelledExamples.ReadAsync(db, _world.ProjectId, TaskKinds.Of(TaskType.SingleChoice),
                await db.Labels.ToListAsync(), CancellationToken.None)).Select(e => e.Example.Answer));
            Assert.Contains("\"MergedIntoId\":" + labels[1],
                (await db.Audit.SingleAsync(a => a.What == "schema.changed" && a.Before != null)).After);
        }
        // the strip shows what it counts as, so that it can be reopened and sent
        var recent = Assert.Single((await ada.ReadAsync<RecentReply>("recent", new RecentRequest(null))).Answers);
        Assert.Equal((labels[1], "label 1"), (recent.Answer.GetProperty("label").GetInt32(), recent.AnswerText));

        // and into a third: the way leads on
        await SaveAsync(f =>
        {
            f.Retire(f.Answers.Single(a => a.Id == labels[1]));
            (f.Retired[^1].Fate, f.Retired[^1].Into) = (RetiredFate.Merge, "answer 2");
            Assert.Equal("answer 1", f.Retired.Single(r => r.Label.Id == labels[0]).Into);
        });
        Assert.Equal((FinalBy.Unanimous, labels[2]), (await FinalsAsync())[item]);

        await SaveAsync(f => f.BringBack(f.Retired.Single(r => r.Label.Id == labels[0])));
        Assert.Equal((FinalBy.None, null), (await FinalsAsync())[item]);
        Assert.Equal(new LabelDisagreement(labels[0], labels[2], 1), Assert.Single(await DisagreementsAsync()));

        async Task<IReadOnlyList<LabelDisagreement>> DisagreementsAsync() =>
            (await _world.Services.GetRequiredService<AgreementBook>().OfAsync(_world.ProjectId, default))!.Disagreements;
    }

    [Fact]
    public async Task Split_ItemsOfTheLabel_LeaveTheForecastComeFirstAndKeepTheirStratum()
    {
        await StartAsync(8, drawn: 2);
        await _world.SetProjectAsync(p => p.RandomShare = 1);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        var drawn = await AnswerNextAsync(ada, 0);
        await AnswerNextAsync(ada, 1);
        var random = await AnswerNextAsync(ada, 0);
        await AnswerNextAsync(ada, 1);
        Assert.Equal(4, (await ForecastAsync()).Labels);

        await SaveAsync(f =>
        {
            f.Retire(f.Answers[0]);
            f.Retired[0].Fate = RetiredFate.AskAgain;
            f.Answers.Add(new() { Name = "half", AnswerText = "half" });
            f.Answers.Add(new() { Name = "other half", AnswerText = "other half" });
        });
        var forecast = await ForecastAsync();
        Assert.Equal((2, 2, true), (forecast.Labels, forecast.AnswerSet.AskedAgain, forecast.AnswerSet.IsOpen));
        // of those that stand, each was given before the two new ones could be chosen
        Assert.Equal(2, forecast.AnswerSet.BeforeGrowth);

        var first = (await ben.NextAsync()).Cards[0].ItemId;
        var second = (await ada.NextAsync()).Cards[0].ItemId;
        Assert.Equal(new HashSet<long> { drawn, random }, [first, second]);
        await ben.SubmitAsync(ben.Answer(first, 1));
        await ada.SubmitAsync(ada.Answer(second, 2));
        forecast = await ForecastAsync();
        Assert.Equal((4, 0), (forecast.Labels, forecast.AnswerSet.AskedAgain));
        await using var db = await _world.OpenDbAsync();
        var strata = await db.Finals.ToDictionaryAsync(f => f.ItemId, f => f.Stratum);
        Assert.Equal((Stratum.First32, Stratum.Random), (strata[drawn], strata[random]));
        // ... and then the order goes on where it was
        Assert.DoesNotContain((await ben.NextAsync()).Cards[0].ItemId, new[] { drawn, random });
    }

    [Fact]
    public async Task AskedAgain_BroughtBack_RestoresWhatNobodyHasAnsweredAnew()
    {
        await StartAsync(4);
        await _world.SetProjectAsync(p => p.RandomShare = 1);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        await AnswerNextAsync(ada, 0);
        await AnswerNextAsync(ada, 0);
        var open = (await ben.NextAsync()).Cards[0].ItemId;
        await SaveAsync(f =>
        {
            f.Retire(f.Answers[0]);
            f.Retired[0].Fate = RetiredFate.AskAgain;
        });
        Assert.Empty(await FinalsAsync());
        // it was on a screen when the label went: kept, and asked again too
        Assert.Equal(Kept.Stored, Assert.Single((await ben.SubmitAsync(ben.Answer(open, 0))).Acknowledged).Kept);
        Assert.Equal((0, 3), ((await ForecastAsync()).Labels, (await ForecastAsync()).AnswerSet.AskedAgain));
        var anew = await AnswerNextAsync(ben, 1);
        Assert.NotEqual(open, anew);

        await SaveAsync(f => f.BringBack(f.Retired[0]));
        var finals = await FinalsAsync();
        Assert.Equal(_world.LabelIds[1], finals[anew].Label);
        Assert.Equal([_world.LabelIds[0], _world.LabelIds[0]], finals.Where(f => f.Key != anew).Select(f => f.Value.Label!.Value));
        Assert.Equal((3, 0), ((await ForecastAsync()).Labels, (await ForecastAsync()).AnswerSet.AskedAgain));
        // somebody else has the place now: the old answer is one more than was asked for
        await using var db = await _world.OpenDbAsync();
        var old = await db.Answers.SingleAsync(a => a.ItemId == anew && a.UserId == ada.UserId);
        Assert.Equal((true, true, false), (old.Current, old.Surplus, old.Outgrown));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task AskedAgain_BroughtBackWhileSomebodyHasTheCard_IsOneMoreUnlessTheyLeft(bool left)
    {
        await StartAsync(2);
        await _world.SetProjectAsync(p => p.RandomShare = 1);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        await AnswerNextAsync(ada, 0);
        await AnswerNextAsync(ada, 0);
        await SaveAsync(f =>
        {
            f.Retire(f.Answers[0]);
            f.Retired[0].Fate = RetiredFate.AskAgain;
        });
        var held = (await ben.NextAsync()).Cards.Select(c => c.ItemId).ToList();
        if (left) _world.Clock.Advance(TimeSpan.FromHours(1));

        await SaveAsync(f => f.BringBack(f.Retired[0]));

        await using (var db = await _world.OpenDbAsync())
            Assert.All(await db.Answers.ToListAsync(), a => Assert.Equal((true, !left && held.Contains(a.ItemId)), (a.Current, a.Surplus)));
        Assert.Equal(left ? 0 : held.Count, (await ForecastAsync()).AnswerSet.AskedAgain);
        Assert.Equal(left ? 2 : 2 - held.Count, (await FinalsAsync()).Count);
        await ben.SubmitAsync(ben.Answer(held[0], 1));
        Assert.Equal((FinalBy.Only, _world.LabelIds[left ? 0 : 1]), (await FinalsAsync())[held[0]]);
    }

    [Fact]
    public async Task Retire_LabelIsKept_TouchesNothingAndIsCountedFirst()
    {
        await StartAsync(3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = await AnswerNextAsync(ada, 0);
        var use = await _world.Services.GetRequiredService<ProjectService>().UseAsync(_world.ProjectId);
        Assert.Equal((1, 1), (use[_world.LabelIds[0]].Answers, use[_world.LabelIds[0]].Items));
        await SaveAsync(f => f.Retire(f.Answers[0]));
        Assert.Equal((FinalBy.Only, _world.LabelIds[0]), (await FinalsAsync())[item]);
        await using var db = await _world.OpenDbAsync();
        Assert.False(await db.Jobs.AnyAsync(j => j.Kind == JobKind.AnswerSet));
    }
}
