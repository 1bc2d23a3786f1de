using DataEfficiency.Engine;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Xunit;

namespace DataEfficiency.Portal.Tests.Table;

/// <summary>What each action does to queues, final answers and rows, and that undo puts back what was: every row of the items.</summary>
public sealed class BulkTests : IAsyncLifetime
{
    private readonly TableWorld _world = new();
    private readonly CountingDoorbell _doorbell = new();
    private FigureBook _figures = null!;
    private BulkService _bulk = null!;

    public Task InitializeAsync()
    {
        _figures = new FigureBook(_world, _world.Writes, new First32(), new EstimateFeed(_world.Clock,
            Options.Create(new EstimationOptions())));
        _bulk = new BulkService(_world, _world.Writes, _figures, new QueuePositions(), _doorbell, _world.Clock);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    /// <summary>Line 1 answered, 2 answered differently by two, 3 skipped twice, 4 open, 5 open and of the draw, 6 with hidden gold.
    /// </summary>
    private async Task StartAsync()
    {
        await _world.StartAsync(6, (i, item) => item.Gold = i == 5 ? "answer 2" : null);
        await _world.AnswerAsync(0, TableWorld.Ada, 0);
        await _world.AnswerAsync(1, TableWorld.Ada, 0);
        await _world.AnswerAsync(1, TableWorld.Bob, 1);
        await _world.WriteAsync(async db =>
        {
            foreach (var person in new[] { TableWorld.Ada, TableWorld.Bob })
                db.Add(new Skip { ProjectId = _world.ProjectId, ItemId = _world.Items[2], UserId = person, Reason = "unclear" });
            var project = await db.Projects.SingleAsync();
            await db.AddDrawAsync(project, [_world.Items[0], _world.Items[4], _world.Items[2]]);
            await db.DrawItems.Where(d => d.Place == 2).ExecuteUpdateAsync(d => d.SetProperty(x => x.Reason, PassedOver.GivenUp));
        });
    }

    private async Task<BulkDone> RunAsync(BulkAsk ask, params int[] lines)
    {
        var (done, refusal) = await _bulk.RunAsync(_world.ProjectId, TableWorld.Lead, ask, [.. lines.Select(l => _world.Items[l - 1])],
            CancellationToken.None);
        Assert.Null(refusal);
        return done!;
    }

    private Task<ClaimedSlot?> ClaimAsync(string person) => _world.Writes.WriteAsync(async (db, token) =>
    {
        var project = await db.Projects.AsNoTracking().SingleAsync(token);
        return await ClaimSql.TakeAsync(db, ClaimSql.ActiveFirst, new(project, person, "tab", Slot.BeforeAll, Slot.BeforeAll, 1, 100),
            token);
    }, CancellationToken.None);

    private async Task<T> ReadAsync<T>(Func<AppDbContext, Task<T>> read)
    {
        await using var db = _world.CreateDbContext();
        return await read(db);
    }

    /// <summary>Every row that says something of items, as text.</summary>
    private Task<string> RowsAsync() => ReadAsync(async db =>
    {
        List<object> rows = [.. await db.Items.OrderBy(i => i.Id).Select(i => new { i.Id, i.Deleted, i.Split, i.Gold }).ToListAsync()];
        rows.AddRange(await db.Slots.OrderBy(s => s.Id).Select(s => new
        {
            s.Id, s.ProjectId, s.ItemId, s.SlotNo, s.Split, s.RandomRank, s.ActiveRank, s.UserId, s.LeaseUntil, s.Token, s.Queue,
            s.AnswerId,
        }).ToListAsync());
        rows.AddRange(await db.Answers.Where(a => a.Current).OrderBy(a => a.Id).Select(a => new { a.Id, a.AnswerText }).ToListAsync());
        rows.AddRange(await db.Finals.OrderBy(f => f.ItemId).Select(f => new { f.ItemId, f.By, f.AnswerId, f.Heard, f.Stratum })
            .ToListAsync());
        rows.AddRange(await db.Skips.OrderBy(s => s.Id).Select(s => new { s.Id, s.ItemId, s.UserId }).ToListAsync());
        rows.AddRange(await db.DrawItems.OrderBy(d => d.Place).Select(d => new { d.Place, d.ItemId, d.Reason }).ToListAsync());
        rows.Add(await db.Projects.Select(p => p.ItemCount).SingleAsync());
        return string.Join('\n', rows);
    });

    [Fact]
    public async Task EveryAction_TakenBack_LeavesEveryRowAsItWas()
    {
        await StartAsync();
        foreach (var ask in new BulkAsk[]
        {
            new(BulkAction.Delete), new(BulkAction.Requeue), new(BulkAction.Priority), new(BulkAction.Gold),
            new(BulkAction.Assign, Person: TableWorld.Bob), new(BulkAction.Label, LabelId: _world.Labels[1].Id),
        })
        {
            var before = await RowsAsync();
            var version = await ReadAsync(db => db.Projects.Select(p => p.LabelVersion).SingleAsync());
            var (fitting, _) = await _bulk.CountAsync(_world.ProjectId, TableWorld.Lead, ask, _world.Items, CancellationToken.None);
            var done = await RunAsync(ask, 1, 2, 3, 4, 5, 6);
            Assert.Equal((6, fitting), (done.Asked, done.Changed));
            Assert.NotEqual(before, await RowsAsync());

            var (undone, _) = await _bulk.UndoAsync(_world.ProjectId, TableWorld.Lead, done.Undo!.Value, CancellationToken.None);

            Assert.Equal(new BulkUndone(fitting, 0), undone);
            Assert.Equal(before, await RowsAsync());
            Assert.Equal(version + 2, await ReadAsync(db => db.Projects.Select(p => p.LabelVersion).SingleAsync()));
            Assert.Equal([$"items.{ItemQuery.NameOf(ask.Action)}.undo", $"items.{ItemQuery.NameOf(ask.Action)}"],
                await ReadAsync(db => db.Audit.OrderByDescending(a => a.Id).Take(2).Select(a => a.What).ToListAsync()));
        }
    }

    [Fact]
    public async Task Deleted_LeavesQueuesForecastAndCounts_KeepsItsAnswers_AndComesBack()
    {
        await StartAsync();
        var before = await RowsAsync();

        await RunAsync(new(BulkAction.Delete), 1, 4, 5);

        Assert.Equal([2, 3, 6], await _world.LinesAsync(new()));
        Assert.Equal([1, 4, 5], await _world.LinesAsync(new() { Status = ItemStatus.Deleted }));
        // 3 was skipped twice: of what is open, 6 is left
        Assert.Equal(_world.Items[5], (await ClaimAsync(TableWorld.Ada))!.ItemId);
        Assert.Null(await ClaimAsync(TableWorld.Bob));
        Assert.Equal((3, 1, 3), await ReadAsync(async db => ((await db.Projects.SingleAsync()).ItemCount, await db.Finals.CountAsync(),
            await db.Answers.CountAsync(a => a.Current))));
        Assert.Empty(await ReadAsync(db => new First32().ItemsAsync(db, _world.ProjectId)));
        // a late answer from a screen is kept with the others, and is nobody's label before the item comes back
        await _world.AnswerAsync(3, TableWorld.Ada, 1);
        Assert.Equal(1, await ReadAsync(db => db.Finals.CountAsync()));

        await RunAsync(new(BulkAction.Restore), 1, 4, 5, 6);

        Assert.Equal(("answer 0", "answer 1"), await ReadAsync(async db => ((await db.Finals.SingleAsync(f => f.ItemId == _world.Items[0]))
            .AnswerText, (await db.Finals.SingleAsync(f => f.ItemId == _world.Items[3])).AnswerText)));
        Assert.Equal(6, await ReadAsync(db => db.Projects.Select(p => p.ItemCount).SingleAsync()));
        Assert.Equal(_world.Items[4], (await ClaimAsync(TableWorld.Bob))!.ItemId);
        Assert.Equal(before.Split('\n').Count(l => l.Contains("SlotNo")), (await RowsAsync()).Split('\n').Count(l => l.Contains("SlotNo")));
    }

    [Fact]
    public async Task Requeued_IsAskedAnew_ItsAnswersAreSetAside_AndOnesGivenSinceStayAtUndo()
    {
        await StartAsync();

        var done = await RunAsync(new(BulkAction.Requeue), 1, 2, 3, 4);

        Assert.Equal(3, done.Changed);
        Assert.Equal((0, 3, 0), await ReadAsync(async db => (await db.Answers.CountAsync(a => a.Current), await db.Answers.CountAsync(),
            await db.Finals.CountAsync())));
        // who answered it before may have it again, and what was skipped is served
        Assert.Equal(_world.Items[0], (await ClaimAsync(TableWorld.Ada))!.ItemId);
        Assert.Equal(3, await ReadAsync(db => new First32().ItemsAsync(db, _world.ProjectId)) is var first ? first.Count : 0);
        await _world.AnswerAsync(1, TableWorld.Ada, 2);

        var (undone, _) = await _bulk.UndoAsync(_world.ProjectId, TableWorld.Lead, done.Undo!.Value, CancellationToken.None);

        Assert.Equal(new BulkUndone(2, 1), undone);
        Assert.Equal(["answer 0", "answer 2"], await ReadAsync(db => db.Finals.OrderBy(f => f.ItemId).Select(f => f.AnswerText)
            .ToListAsync()));
    }

    [Fact]
    public async Task Prioritised_ComesFirst_AndARankingLeavesItThere()
    {
        await StartAsync();

        await RunAsync(new(BulkAction.Priority), 6);
        await _world.WriteAsync(db => RankSql.SaveOrderAsync(db, _world.ProjectId, $"[[{_world.Items[5]},4],[{_world.Items[3]},0]]",
            default));
        await _world.WriteAsync(db => db.DrawItems.ExecuteDeleteAsync());

        Assert.Equal((_world.Items[5], Stratum.Active), await ClaimAsync(TableWorld.Bob) is { } slot ? (slot.ItemId, slot.Queue) : default);
        var (_, refusal) = await NotRankedAsync();
        Assert.Equal(ApiCodes.BadRequest, refusal!.Code);
    }

    private async Task<(BulkDone?, BulkRefusal?)> NotRankedAsync()
    {
        await _world.WriteAsync(db => db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.RankVersion, 0)));
        return await _bulk.RunAsync(_world.ProjectId, TableWorld.Lead, new(BulkAction.Priority), _world.Items, CancellationToken.None);
    }

    [Fact]
    public async Task Labelled_NobodysItems_CountAsLabels_UntilSomebodyAnswers()
    {
        await StartAsync();

        var done = await RunAsync(new(BulkAction.Label, LabelId: _world.Labels[2].Id), 1, 4);

        Assert.Equal(1, done.Changed);
        var final = await ReadAsync(db => db.Finals.SingleAsync(f => f.ItemId == _world.Items[3]));
        Assert.Equal((FinalBy.Only, "answer 2", Stratum.Imported), (final.By, final.AnswerText, final.Stratum));
        Assert.Equal([4], await _world.LinesAsync(new() { Label = _world.Labels[2].Id }));
        Assert.False(await ReadAsync(db => db.Slots.AnyAsync(s => s.ItemId == _world.Items[3] && s.AnswerId == null)));
        await _world.AnswerAsync(3, TableWorld.Bob, 1);
        Assert.Equal("answer 1", await ReadAsync(db => db.Finals.Where(f => f.ItemId == _world.Items[3]).Select(f => f.AnswerText)
            .SingleAsync()));
    }

    [Fact]
    public async Task Assigned_WaitsForItsPerson_ServedAndAnswerable()
    {
        await StartAsync();

        Assert.Equal(2, (await RunAsync(new(BulkAction.Assign, Person: TableWorld.Bob), 1, 2, 3, 4, 5)).Changed);

        Assert.Equal(_world.Items[5], (await ClaimAsync(TableWorld.Ada))!.ItemId);
        Assert.Equal([_world.Items[3], _world.Items[4]], await ReadAsync(db => db.Slots.Where(s => s.UserId == TableWorld.Bob
            && s.AnswerId == null).OrderBy(s => s.LeaseUntil).Select(s => s.ItemId).ToListAsync()));
        Assert.Equal(2, await ReadAsync(db => db.Claims.CountAsync(c => c.UserId == TableWorld.Bob)));
        await _world.WriteAsync(db => db.Memberships.Where(m => m.UserId == TableWorld.Ada)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.Role, ProjectRole.Viewer)));
        foreach (var none in new[] { "stranger", TableWorld.Ada })
        {
            var (_, refusal) = await _bulk.RunAsync(_world.ProjectId, TableWorld.Lead, new(BulkAction.Assign, Person: none), _world.Items,
                CancellationToken.None);
            Assert.Contains("who may label", refusal!.Why.ToString());
        }
    }

    [Fact]
    public async Task Gold_TakesKnownAnswers_AndIsNobodysLabelAnyMore()
    {
        await StartAsync();

        Assert.Equal(2, (await RunAsync(new(BulkAction.Gold), 1, 2, 3, 4, 6)).Changed);

        Assert.Equal(["answer 0", "answer 2"], await ReadAsync(db => db.Items.Where(i => i.Split == ItemSplit.Gold).OrderBy(i => i.Id)
            .Select(i => i.Gold).ToListAsync()));
        Assert.Equal([_world.Items[1]], await ReadAsync(db => db.Finals.Select(f => f.ItemId).ToListAsync()));
        // where gold is the test set, what was answered must not come into it
        await _world.WriteAsync(db => db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.GoldIsTest, true)));
        Assert.Equal(0, (await _bulk.CountAsync(_world.ProjectId, TableWorld.Lead, new(BulkAction.Gold), [_world.Items[1]],
            CancellationToken.None)).Fitting);
    }

    [Fact]
    public async Task Undo_ByAnother_Twice_OrTooLate_IsRefused_AndAnnotatorsMayNothing()
    {
        await StartAsync();
        var done = await RunAsync(new(BulkAction.Delete), 1);
        async Task<bool> UndoneAsync(string person) =>
            (await _bulk.UndoAsync(_world.ProjectId, person, done.Undo!.Value, CancellationToken.None)).Undone is not null;

        async Task<(Guid, BulkAction, int, long)?> OpenAsync() =>
            await _bulk.OpenAsync(_world.ProjectId, TableWorld.Lead, CancellationToken.None) is { } open
                ? (open.Id, open.Action, open.Items, open.Until) : null;

        Task BecomeAsync(ProjectRole role) => _world.WriteAsync(db =>
            db.Memberships.Where(m => m.UserId == TableWorld.Lead).ExecuteUpdateAsync(m => m.SetProperty(x => x.Role, role)));

        Assert.False(await UndoneAsync(TableWorld.Ada));
        Assert.Equal((done.Undo!.Value, BulkAction.Delete, 1, done.UndoUntil), await OpenAsync());
        _world.Clock.Advance(BulkUndos.Kept + TimeSpan.FromMilliseconds(1));
        Assert.False(await UndoneAsync(TableWorld.Lead));
        Assert.Null(await OpenAsync());
        done = await RunAsync(new(BulkAction.Restore), 1);
        // the row of the one whose time was over has gone with the next
        Assert.Equal([done.Undo!.Value], await ReadAsync(db => db.BulkUndos.Select(u => u.Undo).ToListAsync()));
        // whose right went meanwhile takes nothing back
        await BecomeAsync(ProjectRole.Reviewer);
        Assert.False(await UndoneAsync(TableWorld.Lead));
        await BecomeAsync(ProjectRole.Lead);
        Assert.True(await UndoneAsync(TableWorld.Lead));
        Assert.False(await UndoneAsync(TableWorld.Lead));
        var (_, refusal) = await _bulk.RunAsync(_world.ProjectId, TableWorld.Ada, new(BulkAction.Restore), _world.Items,
            CancellationToken.None);
        Assert.Equal(ApiCodes.Role, refusal!.Code);
        Assert.Equal([1], await _world.LinesAsync(new() { Status = ItemStatus.Deleted }));
    }
}
