using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>What an item's answer is in the end is decided once, with the answer, and read alike by all.</summary>
public sealed class FinalAnswersTests : IAsyncLifetime
{
    private readonly LabelingWorld _world = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _world.DisposeAsync();

    // a letter is a label; small: surplus, i: imported, r: reviewer's
    [Theory]
    [InlineData("A", FinalBy.Only, 1, 'A')]
    [InlineData("A A", FinalBy.Unanimous, 2, 'A')]
    [InlineData("B A A", FinalBy.Majority, 3, 'A')]
    [InlineData("A A B", FinalBy.Majority, 3, 'A')]
    [InlineData("A B", FinalBy.None, 2, null)]
    [InlineData("A A B B", FinalBy.None, 4, null)]
    [InlineData("A B C", FinalBy.None, 3, null)]
    [InlineData("A B rB", FinalBy.Review, 1, 'B')]
    [InlineData("A b b", FinalBy.Only, 1, 'A')]
    [InlineData("iB", FinalBy.Only, 1, 'B')]
    [InlineData("iB A", FinalBy.Only, 1, 'A')]
    [InlineData("iB A A", FinalBy.Unanimous, 2, 'A')]
    public void Decide_TheAnswersOfAnItem_FollowsTheRules(string given, FinalBy by, int heard, char? label)
    {
        var final = FinalAnswers.Decide(TaskKinds.Of(TaskType.SingleChoice), MergedLabels.None,
            [.. given.Split(' ').Select((g, i) => new Answer
        {
            Id = i + 1, ItemId = 7, LabelId = char.ToUpperInvariant(g[^1]), AnswerText = "x", Surplus = char.IsLower(g[^1]),
            Role = g.Length == 1 ? AnswerRole.Annotator : g[0] == 'i' ? AnswerRole.Import : AnswerRole.Review,
        })])!;

        Assert.Equal((by, heard, label), (final.By, final.Heard, (char?)final.LabelId));
        Assert.Equal(label is null, final.AnswerId is null);
    }

    [Theory]
    [InlineData(TaskType.ShortAnswer, "Buenos Aires", " buenos  aires ", true)]
    [InlineData(TaskType.ShortAnswer, "Paris", "Lyon", false)]
    [InlineData(TaskType.RewritePair, "In Berlin  it rains.", "In Berlin it rains.", true)]
    [InlineData(TaskType.RewritePair, "In Berlin it rains.", "In berlin it rains.", false)]
    public void Decide_WrittenAnswers_BlanksAsideAndOfShortOnesCase(TaskType type, string one, string two, bool same)
    {
        var final = FinalAnswers.Decide(TaskKinds.Of(type), MergedLabels.None,
            [new Answer { Id = 1, AnswerText = one }, new Answer { Id = 2, AnswerText = two }])!;

        Assert.Equal(same ? FinalBy.Unanimous : FinalBy.None, final.By);
    }

    [Fact]
    public void Decide_NobodyHeard_Null() =>
        Assert.Null(FinalAnswers.Decide(TaskKinds.Of(TaskType.SingleChoice), MergedLabels.None,
            [new Answer { Surplus = true, LabelId = 1 }]));

    [Fact]
    public async Task Submit_RevisedThenSkipped_TheFinalFollows()
    {
        await _world.AddPoolAsync(3, drawn: 3);
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = (await ada.NextAsync()).Cards.Single().ItemId;

        await ada.SubmitAsync(ada.Answer(item));
        Assert.Equal((_world.LabelIds[0], FinalBy.Only), await FinalAsync(item));
        await ada.SubmitAsync(ada.Answer(item, label: 2));
        Assert.Equal((_world.LabelIds[2], FinalBy.Only), await FinalAsync(item));
        var reply = await ada.SkipAsync(item);

        await using var db = await _world.OpenDbAsync();
        Assert.Empty(db.Finals);
        Assert.Equal(0, reply.Progress.Labels);
        Assert.Equal([_world.LabelIds[0], _world.LabelIds[2]],
            await db.AnswerParts.OrderBy(p => p.Id).Select(p => p.LabelId!.Value).ToListAsync());
    }

    [Fact]
    public async Task Finals_MajorityIsNotTheNewest_EstimatorProgressAndExportTakeTheMajority()
    {
        await _world.AddPoolAsync(2, drawn: 2);
        await SetSlotsAsync(3);
        long item = 0;
        // two of one mind, then one of another: the estimator used to take the last
        foreach (var (name, label) in new[] { ("ada", 1), ("bob", 1), ("cy", 0) })
        {
            var person = await _world.AddAnnotatorAsync(name);
            var cards = (await person.NextAsync(2)).Cards;
            item = item == 0 ? cards[0].ItemId : item;
            var reply = await person.SubmitAsync(person.Answer(item, label));
            Assert.Equal(Kept.Stored, reply.Acknowledged.Single().Kept);
            Assert.Equal((1, 1), (reply.Progress.Labels, reply.Progress.First));
        }

        await using var db = await _world.OpenDbAsync();
        var inputs = (await EstimateInputs.ReadAsync(db, new First32(), _world.ProjectId, CancellationToken.None))!;
        Assert.Equal(("answer 1", 1), (inputs.Examples.Single().Answer, inputs.Labels));
        await using var snapshot = (await ExportSnapshot.OpenAsync(_world.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(),
            _world.ProjectId, CancellationToken.None))!;
        using var file = new MemoryStream();
        await FineTuningLines.WriteAsync(snapshot, file, CancellationToken.None);
        var line = System.Text.Encoding.UTF8.GetString(file.ToArray());
        Assert.Contains("\"final\":{\"label\":\"answer 1\",\"by\":\"majority\",\"answers\":3}", line);
    }

    [Fact]
    public async Task Database_SecondCurrentAnswerOfAPerson_IsRefused()
    {
        await _world.AddPoolAsync(1, drawn: 1);
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = (await ada.NextAsync()).Cards.Single().ItemId;
        await ada.SubmitAsync(ada.Answer(item));

        await using var db = await _world.OpenDbAsync();
        db.Answers.Add(new Answer { SubmissionId = Guid.NewGuid(), ProjectId = _world.ProjectId, ItemId = item, UserId = ada.UserId });
        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
    }

    [Fact]
    public async Task Database_SecondOpenImportOfAProject_IsRefused()
    {
        await _world.AddPoolAsync(1);
        await using var db = await _world.OpenDbAsync();
        // due in a hundred years: no runner takes them
        Job Job(WorkState state) => new()
        {
            Kind = JobKind.Import, ProjectId = _world.ProjectId, State = state, DueAt = long.MaxValue, LeaseUntil = long.MaxValue,
        };
        db.Jobs.AddRange(Job(WorkState.Done), Job(WorkState.Running));
        await db.SaveChangesAsync();

        db.Jobs.Add(Job(WorkState.Queued));
        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
    }

    private async Task<(int, FinalBy)> FinalAsync(long item)
    {
        await using var db = await _world.OpenDbAsync();
        var final = await db.Finals.SingleAsync(f => f.ItemId == item);
        return (final.LabelId!.Value, final.By);
    }

    private Task SetSlotsAsync(int slots) => _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        foreach (var slot in await db.Slots.AsNoTracking().ToListAsync(token))
            for (var no = 1; no < slots; no++)
                db.Slots.Add(new Slot
                {
                    ProjectId = slot.ProjectId, ItemId = slot.ItemId, ImportId = slot.ImportId, SlotNo = no, RandomRank = slot.RandomRank,
                    ActiveRank = slot.ActiveRank,
                });
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);
}
