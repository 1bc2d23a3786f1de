using System.Net.Http.Json;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

/// <summary>Progress by queue and each person's figures: edits among them, and who is suspiciously quick.</summary>
public sealed class FiguresTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Figures_OfTwoPeople_CountEditsAndFlagTheQuickOne_FoldedAsFromTheRows()
    {
        await _world.AddPoolAsync(30, drawn: 4);
        var lead = await _world.AddPersonAsync("lead");
        await _world.AddMemberAsync(_world.ProjectId, lead.Id, ProjectRole.Lead);
        var (slow, quick) = (await _world.AddAnnotatorAsync("slow"), await _world.AddAnnotatorAsync("quick"));
        // figures are held from here on: each answer is folded in
        await ReadAsync(lead.Id);
        await AnswerAsync(slow, 5, 20_000);
        var last = await AnswerAsync(quick, 5, 4_900);
        await quick.SubmitAsync(quick.Answer(last, 1) with { ActiveMs = 4_900, StartedAt = 5 });

        var folded = await ReadAsync(lead.Id);

        Assert.Equal([("quick", 5, 1, 4.9, true), ("slow", 5, 0, 20.0, false)],
            folded.People.Where(p => p.Answers > 0).Select(p => (p.Name, p.Answers, p.Edits, p.MedianSeconds!.Value, p.Quick)));
        Assert.Equal(("first32", 4, 4), (folded.Queues[0].Queue, folded.Queues[0].Labels, folded.Queues[0].Of));
        Assert.Equal(10, folded.Queues.Sum(q => q.Labels));
        _world.Services.GetRequiredService<FigureBook>().Forget(_world.ProjectId);
        var read = await _world.Services.GetRequiredService<FigureBook>().OfAsync(_world.ProjectId);
        Assert.Equal(1, read!.Of(quick.UserId).Edits);
    }

    [Fact]
    public async Task Page_Annotators_RanksForLeadsOnly()
    {
        await _world.AddPoolAsync(9);
        foreach (var (name, role) in new[] { ("lead", ProjectRole.Lead), ("viewer", ProjectRole.Viewer) })
            await _world.AddMemberAsync(_world.ProjectId, (await _world.AddPersonAsync(name)).Id, role);
        var (ada, zoe) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("zoe"));
        await AnswerAsync(zoe, 3, 5000);
        await AnswerAsync(ada, 1, 5000);
        foreach (var (name, first, second) in new[] { ("lead", "zoe", "ada"), ("viewer", "ada", "zoe") })
        {
            using var browser = await _world.SignedInAsync(name);
            var page = await browser.GetStringAsync($"/projects/{_world.ProjectId}/annotators");
            Assert.True(page.IndexOf($"<bdi>{first}</bdi>", StringComparison.Ordinal)
                < page.IndexOf($"<bdi>{second}</bdi>", StringComparison.Ordinal), name);
        }
    }

    private async Task<long> AnswerAsync(Annotator person, int count, int milliseconds)
    {
        long item = 0;
        for (var i = 0; i < count; i++)
        {
            item = Assert.Single((await person.NextAsync()).Cards).ItemId;
            await person.SubmitAsync(person.Answer(item) with { ActiveMs = milliseconds });
        }
        return item;
    }

    private async Task<FigureEndpoints.FiguresReply> ReadAsync(string lead)
    {
        using var client = await _world.WithTokenAsync(lead);
        return (await client.GetFromJsonAsync<FigureEndpoints.FiguresReply>($"/api/v1/projects/{_world.ProjectId}/figures"))!;
    }
}
