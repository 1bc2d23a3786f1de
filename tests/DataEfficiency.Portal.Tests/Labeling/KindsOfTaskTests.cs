using System.Text;
using System.Text.Json;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>The way of an answer of each kind, from the page's request to what is trained on and exported.</summary>
public sealed class KindsOfTaskTests : IAsyncLifetime
{
    private readonly LabelingWorld _world = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task SeveralLabels_GivenByTwo_AreOneSetFromTheRequestToTheExport()
    {
        await _world.AddPoolAsync(3, drawn: 3, type: TaskType.MultiLabel);
        await using (var slots = await _world.OpenDbAsync())
        {
            slots.Slots.AddRange(await slots.Slots.AsNoTracking().Select(s => new Slot { ProjectId = s.ProjectId, ItemId = s.ItemId,
                ImportId = s.ImportId, SlotNo = 1, RandomRank = s.RandomRank, ActiveRank = s.ActiveRank }).ToListAsync());
            await slots.SaveChangesAsync();
        }
        var ada = await _world.AddAnnotatorAsync("ada");
        var bob = await _world.AddAnnotatorAsync("bob");
        var item = (await ada.NextAsync()).Cards.Single().ItemId;
        await bob.NextAsync(3);
        int[] ids = [_world.LabelIds[2], _world.LabelIds[0]];

        var record = ada.Answer(item) with { Answer = Json(new { labels = ids }) };
        Assert.Equal(Kept.Stored, (await ada.SubmitAsync(record)).Acknowledged.Single().Kept);
        // sent again as the browser has it, in the order of the clicks
        Assert.Equal(Kept.Known, (await ada.SubmitAsync(record)).Acknowledged.Single().Kept);
        var second = await bob.SubmitAsync(bob.Answer(item) with { Answer = Json(new { labels = ids.Reverse() }) });
        Assert.Equal(Kept.Stored, second.Acknowledged.Single().Kept);

        await using (var db = await _world.OpenDbAsync())
        {
            var final = await db.Finals.SingleAsync();
            Assert.Equal((FinalBy.Unanimous, (int?)null, "answer 0; answer 2"), (final.By, final.LabelId, final.AnswerText));
            Assert.Equal(4, await db.AnswerParts.CountAsync(p => p.ItemId == item && p.LabelId != null));
            await db.Labels.Where(l => l.Id == ids[1]).ExecuteUpdateAsync(l => l.SetProperty(x => x.AnswerText, "reworded"));
            var inputs = (await EstimateInputs.ReadAsync(db, new First32(), _world.ProjectId, CancellationToken.None))!;
            Assert.Equal("reworded; answer 2", inputs.Examples.Single().Answer);
            Assert.EndsWith("Answer with none, one or more of: reworded; answer 1; answer 2; answer 3", inputs.Task.Instruction);
        }
        Assert.Contains("""
            "final":{"label":"reworded; answer 2","labels":["reworded","answer 2"],"by":"unanimous","answers":2}
            """, await LineAsync());
        var recent = await bob.ReadAsync<RecentReply>("recent", new RecentRequest(null));
        Assert.Equal("label 0, label 2", recent.Answers.Single().AnswerText);
    }

    [Fact]
    public async Task SeveralLabels_NoneOfThem_IsAnAnswerOnlyWhereItIsSaid()
    {
        await _world.AddPoolAsync(2, drawn: 2, type: TaskType.MultiLabel);
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = (await ada.NextAsync()).Cards.Single().ItemId;

        var refused = await ada.SubmitAsync(ada.Answer(item) with { Answer = Json(new { }) });
        Assert.Contains("none of them is []", refused.Refused.Single().Reason.ToString());
        await ada.SubmitAsync(ada.Answer(item) with { Answer = Json(new { labels = Array.Empty<int>() }) });

        await using var db = await _world.OpenDbAsync();
        Assert.Equal("none", (await db.Finals.SingleAsync()).AnswerText);
        Assert.Empty(db.AnswerParts);
    }

    [Fact]
    public async Task Spans_OfAText_AreStoredInCodePointsAndLearnedAsLines()
    {
        await _world.AddPoolAsync(2, drawn: 2, type: TaskType.Spans);
        await using (var change = await _world.OpenDbAsync())
            await change.Items.ExecuteUpdateAsync(i => i.SetProperty(x => x.Text, "🇩🇪 Ada in Berlin"));
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = (await ada.NextAsync()).Cards.Single().ItemId;
        var (person, city) = (_world.LabelIds[0], _world.LabelIds[1]);

        await ada.SubmitAsync(ada.Answer(item) with { Answer = Json(new { spans = new[]
            { new { start = 10, end = 16, label = city }, new { start = 3, end = 6, label = person } } }) });

        await using (var db = await _world.OpenDbAsync())
        {
            Assert.Equal([(3, 6, person), (10, 16, city)], (await db.AnswerParts.OrderBy(p => p.Start).ToListAsync())
                .Select(p => (p.Start!.Value, p.End!.Value, p.LabelId!.Value)));
            var inputs = (await EstimateInputs.ReadAsync(db, new First32(), _world.ProjectId, CancellationToken.None))!;
            Assert.Equal("Ada -> answer 0\nBerlin -> answer 1", inputs.Examples.Single().Answer);
        }
        Assert.Contains("""
            "spans":[{"start":3,"end":6,"label":"answer 0"},{"start":10,"end":16,"label":"answer 1"}],"by":"single"
            """, await LineAsync());
    }

    private static JsonElement Json(object answer) => JsonSerializer.SerializeToElement(answer);

    /// <summary>The export of the one item that has a final answer.</summary>
    private async Task<string> LineAsync()
    {
        await using var snapshot = (await ExportSnapshot.OpenAsync(_world.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(),
            _world.ProjectId, CancellationToken.None))!;
        using var file = new MemoryStream();
        await FineTuningLines.WriteAsync(snapshot, file, CancellationToken.None);
        return Encoding.UTF8.GetString(file.ToArray());
    }
}
