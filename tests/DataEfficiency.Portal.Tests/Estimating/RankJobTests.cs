using DataEfficiency.Engine;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class RankJobTests
{
    [Fact]
    public async Task Job_Done_OrdersItemsAndSlotsByConfidenceAndDraws()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(1200);
        await RankAsync(world, project);
        var items = await world.ItemsAsync(project);
        Assert.All(items, i => Assert.Equal(FakeEstimator.Share(i.Text), i.Confidence!.Value, 12));
        Assert.Equal(items.OrderBy(i => i.Confidence).Select(i => i.Id), items.OrderBy(i => i.ActiveRank).Select(i => i.Id));
        var drawn = await world.DrawAsync(project);
        Assert.Equal(items.OrderBy(i => i.Confidence).Take(120).Select(i => i.Id).Order(), drawn.Select(d => d.ItemId).Order());
        Assert.Equal(Enumerable.Range(0, 120), drawn.Select(d => d.Place));
        await using var db = await world.OpenDbAsync();
        var slots = await db.Slots.Where(s => s.ProjectId == project).ToDictionaryAsync(s => s.ItemId);
        Assert.All(items, i => Assert.Equal(i.ActiveRank, slots[i.Id].ActiveRank));
        Assert.Equal(1, (await world.ProjectAsync(project)).RankVersion);
    }

    [Fact]
    public async Task Job_DatabaseLockedForAMoment_GoesOnBehindItsLastStep()
    {
        var locked = new FailingStatements("INTO \"ItemScores\"", 1);
        using var world = new EstimatingWorld
        {
            ConfigureServices = services => services.ConfigureDbContext<AppDbContext>(options => options.AddInterceptors(locked)),
        };
        var project = await world.AddPoolAsync(200);
        await RankAsync(world, project);
        Assert.True(locked.AllFailed);
        Assert.All(await world.ItemsAsync(project), i => Assert.NotNull(i.Confidence));
    }

    // A step that read all items that are left would make the ranking of a pool quadratic in its size.
    [Fact]
    public async Task NextItems_OfAPool_AreWalkedToFromTheCursorAndNeverSorted()
    {
        using var world = new EstimatingWorld();
        await world.AddPoolAsync(1);
        await using var db = await world.OpenDbAsync();
        var plan = await QueryPlan.OfAsync(db, RankSql.Next);
        Assert.Contains(plan, row => row.Contains("Items USING INTEGER PRIMARY KEY (rowid>?)", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, row => row.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Job_Killed_GoesOnBehindTheLastStoredStep()
    {
        var folder = Directory.CreateTempSubdirectory("portal-test-").FullName;
        int project, before;
        using (var world = new EstimatingWorld { DataFolder = folder, KeepDataFolder = true })
        {
            project = await world.AddPoolAsync(500);
            await world.Ranking.EnqueueAsync(project, "lead");
            await world.WaitAsync(project, u => u.Ranking!.Done >= 16);
            world.Estimator.Block();
        }
        using var after = new EstimatingWorld { DataFolder = folder };
        await using (var db = await after.OpenDbAsync()) before = (int)await db.Jobs.Where(j => j.ProjectId == project)
            .Select(j => j.Done).SingleAsync();
        await after.WaitAsync(project, u => u.Ranking!.State == WorkState.Done);
        Assert.All(await after.ItemsAsync(project), i => Assert.NotNull(i.Confidence));
        Assert.InRange(Ranked(after), 1, 500 - 16);
    }

    [Fact]
    public async Task Cancel_OfARunningJob_KeepsWhatItHasAndANewOneGoesOn()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(500);
        world.Estimator.Block();
        await world.Ranking.EnqueueAsync(project, "lead");
        await world.Estimator.Arrived.WaitAsync();
        await world.Ranking.CancelAsync(project, "lead");
        var cancelled = await world.WaitAsync(project, u => u.Ranking!.State == WorkState.Cancelled, world.Estimator.Unblock);
        Assert.Equal(16, cancelled.Ranking!.Done);
        Assert.Equal(0, (await world.ProjectAsync(project)).RankVersion);
        await RankAsync(world, project);
        Assert.Equal(500, Ranked(world));
    }

    [Fact]
    public async Task Job_OfASmallPool_GoesBeforeALargeOneUnderWay()
    {
        using var world = new EstimatingWorld();
        var (large, small) = (await world.AddPoolAsync(3000), await world.AddPoolAsync(40));
        world.Estimator.Block();
        await world.Ranking.EnqueueAsync(large, "lead");
        await world.Estimator.Arrived.WaitAsync();
        await world.Ranking.EnqueueAsync(small, "lead");
        await world.WaitAsync(large, u => u.Ranking!.State == WorkState.Done, world.Estimator.Unblock);

        await using var db = await world.OpenDbAsync();
        var ended = await db.Jobs.ToDictionaryAsync(j => j.ProjectId!.Value, j => j.FinishedAt);
        Assert.True(ended[small] <= ended[large], $"small {ended[small]}, large {ended[large]}");
        Assert.Equal(3040, Ranked(world));
    }

    [Fact]
    public async Task Rank_AfterAnImport_RanksTheNewItemsOnly_AfterANewInstruction_All()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(100);
        await RankAsync(world, project);
        await world.GrowAsync(project, 100, 20);
        await RankAsync(world, project);
        Assert.Equal(120, Ranked(world));
        await world.WriteAsync(db =>
            db.Projects.Where(p => p.Id == project).ExecuteUpdateAsync(p => p.SetProperty(x => x.Instruction, "Another question?")));
        await RankAsync(world, project);
        Assert.Equal(240, Ranked(world));
    }

    [Fact]
    public async Task Ranking_OfANewInstruction_ShowsNothingBeforeItIsWhole()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(500);
        await RankAsync(world, project);
        var (before, version) = (await world.ItemsAsync(project), (await world.ProjectAsync(project)).RankVersion);
        await SetInstructionAsync(world, project, "Another question?");
        // one that says something else of every item
        world.Estimator.Confidence = text => 1 - FakeEstimator.Share(text);
        // the first step is stored, the second is under way
        world.Estimator.BlockAt = world.Estimator.Calls.Count + 2;
        await world.Ranking.EnqueueAsync(project, "lead");
        await world.Estimator.Arrived.WaitAsync();

        await using (var db = await world.OpenDbAsync())
            Assert.True(await db.ItemScores.CountAsync() > 500);
        Assert.Equal(before, await world.ItemsAsync(project));
        var page = await world.Services.GetRequiredService<ItemTable>().PageAsync(project,
            new ItemFilter { Sort = ItemSort.Confidence }, null, CancellationToken.None, rows: 500);
        Assert.Equal(before.OrderBy(i => i.Confidence).Select(i => i.Confidence), page.Rows.Select(i => i.Confidence));
        Assert.Equal(version, (await world.ProjectAsync(project)).RankVersion);

        await world.WaitAsync(project, u => u.Ranking!.State == WorkState.Done, world.Estimator.Unblock);
        var after = await world.ItemsAsync(project);
        Assert.Equal(before.Select(i => 1 - i.Confidence!.Value), after.Select(i => i.Confidence!.Value));
        Assert.Equal(before.OrderByDescending(i => i.Confidence).Select(i => i.Id), after.OrderBy(i => i.ActiveRank).Select(i => i.Id));
    }

    [Fact]
    public async Task Instruction_TakenBack_BringsTheEarlierRankingBackWithoutTheModel()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(100);
        await RankAsync(world, project);
        var first = (await world.ProjectAsync(project)).RankingId;
        await SetInstructionAsync(world, project, "Another question?");
        await RankAsync(world, project);
        Assert.NotEqual(first, (await world.ProjectAsync(project)).RankingId);
        await SetInstructionAsync(world, project, "Which intent?");
        await RankAsync(world, project);
        Assert.Equal(first, (await world.ProjectAsync(project)).RankingId);
        Assert.Equal(200, Ranked(world));
        Assert.Equal(3, (await world.ProjectAsync(project)).RankVersion);
    }

    private static Task SetInstructionAsync(EstimatingWorld world, int project, string instruction) => world.WriteAsync(db =>
        db.Projects.Where(p => p.Id == project).ExecuteUpdateAsync(p => p.SetProperty(x => x.Instruction, instruction)));

    [Fact]
    public async Task Failure_IsShownAndTheNextJobRuns()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(50);
        await world.WriteAsync(db =>
            db.Projects.Where(p => p.Id == project).ExecuteUpdateAsync(p => p.SetProperty(x => x.Model, FakeEstimatorHost.Missing)));
        await world.Ranking.EnqueueAsync(project, "lead");
        var failed = await world.WaitAsync(project, u => u.Ranking!.State == WorkState.Failed);
        Assert.Equal("Model \"missing\" is not installed.", failed.Ranking!.Error);
        await world.WriteAsync(db => db.Projects.Where(p => p.Id == project).ExecuteUpdateAsync(p => p.SetProperty(x => x.Model, "fake")));
        await RankAsync(world, project);
    }

    [Fact]
    public async Task Gold_IsScoredAgainstGreedyAnswers_UnlessTyped()
    {
        using var world = new EstimatingWorld();
        // the fake answers "yes"
        var measured = await world.AddPoolAsync(40, gold: i => i < 30 ? "Yes." : "no");
        var typed = await world.AddPoolAsync(40, gold: i => "yes");
        await world.WriteAsync(db => db.Projects.Where(p => p.Id == typed).ExecuteUpdateAsync(p => p.SetProperty(x => x.ZeroShot, .25)));
        await RankAsync(world, measured);
        await RankAsync(world, typed);
        var project = await world.ProjectAsync(measured);
        Assert.Equal(.75, project.ZeroShot!.Value, 12);
        Assert.Equal(Math.Sqrt(.75 * .25 / 40), project.ZeroShotStandardError!.Value, 12);
        Assert.Equal(.25, (await world.ProjectAsync(typed)).ZeroShot);
    }

    [Fact]
    public async Task TooLongItem_IsUnusableAndLast()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(50, text: i => i == 3 ? "too long" : $"text {i}");
        await RankAsync(world, project);
        var item = (await world.ItemsAsync(project))[3];
        Assert.Equal(("the prompt is too long", 49), (item.Unusable, item.ActiveRank));
        Assert.DoesNotContain(item.Id, (await world.DrawAsync(project)).Select(d => d.ItemId));
    }

    private static async Task RankAsync(EstimatingWorld world, int project)
    {
        var id = await world.Ranking.EnqueueAsync(project, "lead");
        await world.WaitAsync(project, u => u.Ranking is { State: WorkState.Done } r && r.JobId == id);
    }

    private static int Ranked(EstimatingWorld world) =>
        world.Estimator.Calls.Where(c => c.StartsWith("rank", StringComparison.Ordinal)).Sum(c => int.Parse(c[5..]));
}
