using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>Counts first, then does one thing to many items, some hundred at a time, and keeps what they were for as long as it can be
/// taken back.</summary>
public sealed class BulkService(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, FigureBook figures, QueuePositions positions,
    IEstimateDoorbell doorbell, TimeProvider clock)
{
    /// <summary>Every answer of everybody waits behind each of these transactions.</summary>
    private const int ChunkItems = 100, CountedAtOnce = 5000;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <returns>To how many of the items it would be done; or why it is not.</returns>
    public async Task<(int Fitting, BulkRefusal? Refusal)> CountAsync(int projectId, string userId, BulkAsk ask, IReadOnlyList<long> items,
        CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var (turn, refusal) = await TurnAsync(db, projectId, userId, ask, cancellation);
        if (refusal is not null) return (0, refusal);
        var fitting = 0;
        foreach (var chunk in items.Chunk(CountedAtOnce)) fitting += await BulkFit.Of(db, turn!, chunk).CountAsync(cancellation);
        return (fitting, null);
    }

    public async Task<(BulkDone? Done, BulkRefusal? Refusal)> RunAsync(int projectId, string userId, BulkAsk ask,
        IReadOnlyList<long> items, CancellationToken cancellation)
    {
        var (undo, changed) = (Guid.NewGuid(), 0);
        foreach (var chunk in items.Distinct().Chunk(ChunkItems))
        {
            var (done, refusal) = await writes.WriteAsync(async (db, token) =>
            {
                var (turn, why) = await TurnAsync(db, projectId, userId, ask, token);
                if (why is not null) return (0, why);
                return (await ApplyAsync(db, turn!, undo, chunk, items.Count, first: changed == 0, token), (BulkRefusal?)null);
            }, cancellation);
            if (refusal is not null && changed == 0) return (null, refusal);
            // the right went meanwhile: what is done is done, and said
            if (refusal is not null) break;
            changed += done;
        }
        if (changed == 0) return (new(items.Count, 0, null, 0), null);
        if (ask.Action == BulkAction.Priority) positions.Forget(projectId);
        doorbell.Ring(projectId);
        var until = Now + (long)BulkUndos.Kept.TotalMilliseconds;
        await writes.WriteAsync((db, token) => BulkUndos.BeginAsync(db, undo, until, token), cancellation);
        return (new(items.Count, changed, undo, until), null);
    }

    /// <summary>The newest of a lead's that can still be taken back: a page that was opened anew says so again.</summary>
    public async Task<OpenUndo?> OpenAsync(int projectId, string userId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var newest = (await BulkUndos.Open(db, projectId, userId, Now)
            .GroupBy(u => new { u.Undo, u.Action }).Select(g => new
            {
                g.Key.Undo, g.Key.Action, Items = g.Sum(u => u.ItemCount), Until = g.Max(u => u.Until), Id = g.Max(u => u.Id),
            }).ToListAsync(cancellation)).MaxBy(u => u.Id);
        return newest is null ? null : new(newest.Undo, Enum.Parse<BulkAction>(newest.Action), newest.Items, newest.Until);
    }

    private async Task<int> ApplyAsync(AppDbContext db, BulkTurn turn, Guid undo, long[] chunk, int asked, bool first,
        CancellationToken cancellation)
    {
        var ids = await BulkFit.Of(db, turn, chunk).OrderBy(i => i.Id).Select(i => i.Id).ToListAsync(cancellation);
        if (ids.Count == 0) return 0;
        var before = await ItemBefore.ReadAsync(db, ids, cancellation);
        await BulkChanges.ApplyAsync(db, turn, ids, cancellation);
        if (first)
            AuditTrail.Add(db, turn.Now, turn.UserId, $"items.{ItemQuery.NameOf(turn.Ask.Action)}", after: JsonSerializer.Serialize(new
            {
                items = asked, label = turn.Ask.LabelId, person = turn.Ask.Person, from = ids[0],
            }, JsonSerializerOptions.Web), projectId: turn.Project.Id);
        await EndAsync(db, turn.Project, ids, cancellation);
        await BulkUndos.KeepAsync(db, turn, undo, before, cancellation);
        return before.Count;
    }

    /// <summary>What every change of many items ends with.</summary>
    private async Task EndAsync(AppDbContext db, Project project, IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
        await FinalAnswers.SettleAsync(db, project, ids, cancellation);
        await LabelVersions.AdvanceAsync(db, project.Id, cancellation);
        db.AfterCommit.Add(() => figures.Forget(project.Id));
    }

    /// <summary>Takes a bulk action back; what somebody answered meanwhile is kept.</summary>
    public async Task<(BulkUndone? Undone, BulkRefusal? Refusal)> UndoAsync(int projectId, string userId, Guid id,
        CancellationToken cancellation)
    {
        var (begun, total, restored, kept) = (Now, 0, 0, 0);
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
            total = await BulkUndos.Open(db, projectId, userId, begun).Where(u => u.Undo == id).SumAsync(u => u.ItemCount, cancellation);
        while (await writes.WriteAsync((db, token) => PutBackAsync(db, projectId, userId, id, begun, total, restored == 0, token),
            cancellation) is { } done) (restored, kept) = (restored + done.Restored, kept + done.Kept);
        if (restored + kept == 0) return (null, new(ApiCodes.NotFound, TableWords.UndoOver));
        doorbell.Ring(projectId);
        return (new(restored, kept), null);
    }

    // what one transaction of it changed; null: nothing of it is left
    private async Task<BulkUndone?> PutBackAsync(AppDbContext db, int projectId, string userId, Guid id, long begun, int total,
        bool first, CancellationToken cancellation)
    {
        if (!await ProjectAccess.IsLeadAsync(db, userId, projectId, cancellation)) return null;
        if (await BulkUndos.TakeAsync(db, BulkUndos.Open(db, projectId, userId, begun), id, cancellation) is not { } undo) return null;
        var ids = undo.Items.Select(i => i.Item.Id).ToList();
        var changed = (await db.Answers.Where(a => ids.Contains(a.ItemId) && a.Id > undo.Newest).Select(a => a.ItemId)
            .ToListAsync(cancellation)).ToHashSet();
        var items = undo.Items.Where(i => !changed.Contains(i.Item.Id)).ToList();
        if (items.Count == 0) return new(0, undo.Items.Count);
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, cancellation);
        await ItemBefore.PutBackAsync(db, items, cancellation);
        if (undo.Action is BulkAction.Delete or BulkAction.Restore)
            await BulkChanges.CountAsync(db, project, undo.Action == BulkAction.Delete ? items.Count : -items.Count, cancellation);
        if (first)
            AuditTrail.Add(db, clock, userId, $"items.{ItemQuery.NameOf(undo.Action)}.undo",
                after: JsonSerializer.Serialize(new { items = total, from = ids[0] }, JsonSerializerOptions.Web), projectId: projectId);
        await EndAsync(db, project, [.. items.Select(i => i.Item.Id)], cancellation);
        return new(items.Count, undo.Items.Count - items.Count);
    }

    private async Task<(BulkTurn? Turn, BulkRefusal? Refusal)> TurnAsync(AppDbContext db, int projectId, string userId, BulkAsk ask,
        CancellationToken cancellation)
    {
        if (!await ProjectAccess.IsLeadAsync(db, userId, projectId, cancellation)) return (null, new(ApiCodes.Role, TableWords.NotALead));
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, cancellation);
        if (ask.Action == BulkAction.Priority && project.RankVersion == 0)
            return (null, new(ApiCodes.BadRequest, TableWords.NotRankedYet));
        if (ask.Action == BulkAction.Assign
            && !await db.Memberships.AnyAsync(m => m.ProjectId == projectId && m.UserId == ask.Person
                && m.Role != ProjectRole.Viewer, cancellation))
            return (null, new(ApiCodes.BadRequest, TableWords.NoSuchPerson));
        ReadAnswer? answer = null;
        if (ask.Action == BulkAction.Label)
        {
            var labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == projectId && l.Id == ask.LabelId && !l.Retired)
                .ToListAsync(cancellation);
            if (labels.Count == 0 || project.Kind() is { HasLabels: false } or { HasSpans: true })
                return (null, new(ApiCodes.BadAnswer, TableWords.NoSuchLabel));
            var json = project.Kind().IsSet ? JsonSerializer.SerializeToElement(new { labels = new[] { ask.LabelId } })
                : JsonSerializer.SerializeToElement(new { label = ask.LabelId });
            (answer, var problem) = project.Kind().Read(project, labels, "", json, int.MaxValue);
            if (problem is not null) return (null, new(ApiCodes.BadAnswer, problem));
        }
        return (new(project, userId, ask, answer, Now), null);
    }
}
