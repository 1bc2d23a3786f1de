using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

/// <summary>The first 32 stay what they are: a draw is stored, and changes only with the model or the instruction.</summary>
public sealed class DrawTests
{
    [Fact]
    public async Task Import_AfterTheDrawBegan_KeepsAll32()
    {
        using var world = new EstimatingWorld();
        var (project, before) = await RankedAsync(world);
        await world.LabelAndWaitAsync(project, 1);
        await GrowAsync(world, project, 1000);

        Assert.Equal(before, await FirstAsync(world, project));
        // the new rows are ranked among the others all the same
        var items = await world.ItemsAsync(project);
        Assert.Equal(items.OrderBy(i => i.Confidence).Select(i => i.Id), items.OrderBy(i => i.ActiveRank).Select(i => i.Id));
    }

    [Fact]
    public async Task Import_BeforeTheFirstAnswer_JoinsTheDraw()
    {
        using var world = new EstimatingWorld();
        var (project, _) = await RankedAsync(world);
        await GrowAsync(world, project, 1000);

        var items = await world.ItemsAsync(project);
        var candidates = items.OrderBy(i => i.Confidence).Take(items.Count / 10).Select(i => i.Id).ToHashSet();
        Assert.All(await FirstAsync(world, project), id => Assert.Contains(id, candidates));
    }

    [Theory]
    [InlineData("instruction"), InlineData("model")]
    public async Task Instruction_OrModelChanged_AsksAndThenDrawsAnew(string what)
    {
        using var world = new EstimatingWorld();
        var (project, before) = await RankedAsync(world);
        await world.LabelAndWaitAsync(project, 3);
        var (projects, form) = await FormAsync(world, project);
        if (what == "instruction") form.Instruction = "Another question?";
        else form.Model = "fake two";

        var question = await projects.SaveAsync(project, form, "lead");
        Assert.Equal((true, 3), (question!.Reranks, question.Redraws));
        Assert.Equal("Which intent?", (await world.ProjectAsync(project)).Instruction);

        if (what == "model") world.Estimator.Model = world.Estimator.Model with { Name = "fake two", Sha256 = "beef" };
        Assert.Null(await projects.SaveAsync(project, form, "lead", question));
        await RankedAgainAsync(world, project, 2);
        await using var db = await world.OpenDbAsync();
        var draws = await db.Draws.Where(d => d.ProjectId == project).OrderBy(d => d.Id).ToListAsync();
        Assert.Equal(2, draws.Count);
        Assert.Equal(draws[1].Id, (await world.ProjectAsync(project)).DrawId);
        Assert.Equal((form.Instruction, what == "model" ? "beef" : "f00d"), (draws[1].Instruction, draws[1].ModelSha256));
        // the earlier one stays for the record
        Assert.Equal(before, await db.DrawItems.Where(d => d.DrawId == draws[0].Id).OrderBy(d => d.Place).Select(d => d.ItemId).Take(32)
            .ToListAsync());
    }

    [Fact]
    public async Task AnswerText_ChangedWithAnAnswerGiven_AsksRanksAgainAndKeepsTheDraw()
    {
        using var world = new EstimatingWorld();
        var (project, before) = await RankedAsync(world);
        await world.LabelAndWaitAsync(project, 1);
        var draw = (await world.ProjectAsync(project)).DrawId;
        var (projects, form) = await FormAsync(world, project);
        form.Answers[0].AnswerText = "certainly";

        var question = await projects.SaveAsync(project, form, "lead");
        Assert.Equal((true, 0), (question!.Reranks, question.Redraws));
        Assert.Null(await projects.SaveAsync(project, form, "lead", question));
        await RankedAgainAsync(world, project, 2);

        Assert.Equal(draw, (await world.ProjectAsync(project)).DrawId);
        Assert.Equal(before, await FirstAsync(world, project));
        // its scores are in use all the same
        await using var db = await world.OpenDbAsync();
        Assert.Equal(await db.Rankings.MaxAsync(r => r.Id), (await world.ProjectAsync(project)).RankingId);
    }

    [Fact]
    public async Task Agreement_ToRankAgain_DoesNotCoverADrawThatBeganMeanwhile()
    {
        using var world = new EstimatingWorld();
        var (project, _) = await RankedAsync(world);
        var (projects, form) = await FormAsync(world, project);
        form.Instruction = "Another question?";
        var agreed = await projects.SaveAsync(project, form, "lead");
        await world.LabelAsync(project, 1);

        Assert.Equal(1, (await projects.SaveAsync(project, form, "lead", agreed))!.Redraws);
    }

    private static async Task<(int Project, List<long> First)> RankedAsync(EstimatingWorld world)
    {
        var project = await world.AddPoolAsync(1000);
        await world.Ranking.EnqueueAsync(project, "lead");
        await RankedAgainAsync(world, project, 1);
        var first = await FirstAsync(world, project);
        Assert.Equal(32, first.Count);
        return (project, first);
    }

    /// <summary>Waits for the world's nth ranking.</summary>
    private static Task RankedAgainAsync(EstimatingWorld world, int project, int n) =>
        world.WaitAsync(project, u => u.Ranking is { State: WorkState.Done } ranking && ranking.JobId == n);

    private static async Task GrowAsync(EstimatingWorld world, int project, int items)
    {
        await world.GrowAsync(project, 1000, items);
        await world.Ranking.EnqueueAsync(project, "lead");
        await RankedAgainAsync(world, project, 2);
    }

    private static async Task<(ProjectService, ProjectForm)> FormAsync(EstimatingWorld world, int project)
    {
        var projects = world.Services.GetRequiredService<ProjectService>();
        return (projects, (await projects.FindAsync(project))!.Value.Form);
    }

    private static async Task<List<long>> FirstAsync(EstimatingWorld world, int project)
    {
        await using var db = await world.OpenDbAsync();
        return await new First32().ItemsAsync(db, project);
    }
}
