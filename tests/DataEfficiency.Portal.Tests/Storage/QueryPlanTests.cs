using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>How SQLite finds the rows of statements that hold up everybody else: what walks over a project's items here takes minutes where
/// it has a hundred thousand.</summary>
public sealed class QueryPlanTests : IDisposable
{
    private readonly StatementCounter _counter = new();
    private readonly LabelingWorld _world = new();

    public QueryPlanTests() => _world.ConfigureServices += services =>
        services.ConfigureDbContext<AppDbContext>(o => o.AddInterceptors(_counter));

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task SlotsOfGivenItems_AreLookedUpByThem()
    {
        await _world.AddPoolAsync(4);
        await PlansAsync(async db => await SlotSql.FitAsync(db, await db.Projects.SingleAsync(), [1, 2], default), "json_each",
            plan => Assert.DoesNotContain(plan, step => step.Contains("(ProjectId=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OrderOfARanking_IsWrittenByItems_AndReadOnce()
    {
        await _world.AddPoolAsync(4);
        await PlansAsync(db => RankSql.SaveOrderAsync(db, _world.ProjectId, "[[1,4]]", default), "json_each", plan =>
        {
            Assert.Contains(plan, step => step.StartsWith("MATERIALIZE", StringComparison.Ordinal));
            Assert.DoesNotContain(plan, step => step.Contains("(ProjectId=", StringComparison.Ordinal)
                || step.StartsWith("SCAN Slots", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task FinalsOfTheFirst32_AreLookedUpByTheirItems()
    {
        await _world.AddPoolAsync(40, drawn: 32);
        await PlansAsync(async db => await FigureRows.FirstAsync(db, _world.Services.GetRequiredService<First32>(),
            await db.Projects.SingleAsync(), default), "FROM \"Finals\"",
            plan => Assert.DoesNotContain(plan, step => step.Contains("(ProjectId=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task First32_AreThePlacesOfOneDraw()
    {
        await _world.AddPoolAsync(40, drawn: 32);
        await PlansAsync(db => First32.AnsweredAsync(db, _world.ProjectId, default), "\"DrawItems\"", plan =>
        {
            Assert.Contains(plan, step => step.Contains("(DrawId=?", StringComparison.Ordinal));
            Assert.DoesNotContain(plan, step => step.Contains("SCAN d ", StringComparison.Ordinal)
                || step.EndsWith("SCAN d", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task ItemsOfAReviewAndOfABulkAction_AreLookedUpByThem()
    {
        await _world.AddPoolAsync(4);
        var ada = await _world.AddAnnotatorAsync("ada");
        await PlansAsync(async db =>
        {
            var item = await db.Items.FirstAsync();
            db.Remarks.Add(new Remark { ProjectId = item.ProjectId, ItemId = item.Id, UserId = ada.UserId, Flagged = true, UpdatedAt = 1 });
            await db.SaveChangesAsync();
            Assert.Single((await ReviewQueue.ReadAsync(db, item.ProjectId, "lead", default)).Items);
            foreach (var action in Enum.GetValues<BulkAction>())
                await BulkFit.Of(db, new(await db.Projects.AsNoTracking().SingleAsync(), "lead", new(action), null, 1), [item.Id])
                    .CountAsync();
        }, "+ 0", plan => Assert.Contains(plan, step => step.StartsWith("SEARCH i USING INTEGER PRIMARY KEY", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task FurtherPlacesOfAnsweredItems_AreReachedFromTheLabels()
    {
        await _world.AddPoolAsync(4);
        await _world.SetProjectAsync(p => p.State = ProjectState.Stopped);
        await PlansAsync(async db =>
        {
            await Finishing.Open(db, _world.ProjectId).CountAsync();
            await _world.Services.GetRequiredService<AnnotatorWork>().ReadAsync("lead", default);
        }, "\"Finals\"", plan =>
        {
            Assert.Contains(plan, step => step.StartsWith("SEARCH f USING", StringComparison.Ordinal)
                && step.Contains("(ProjectId=?", StringComparison.Ordinal));
            Assert.Contains(plan, step => step.Contains("(ItemId=?", StringComparison.Ordinal));
        });
    }

    private async Task PlansAsync(Func<AppDbContext, Task> act, string of, Action<IReadOnlyList<string>> check)
    {
        _counter.Statements.Clear();
        await _world.Services.GetRequiredService<WriteQueue>().WriteAsync((db, _) => act(db), CancellationToken.None);
        var statements = _counter.Statements.Where(s => s.Contains(of, StringComparison.Ordinal)).Distinct().ToList();
        Assert.NotEmpty(statements);
        await using var db = await _world.OpenDbAsync();
        foreach (var sql in statements) check(await QueryPlan.OfAsync(db, sql));
    }
}
