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
    BulkUndos undos, IEstimateDoorbell doorbell, TimeProvider clock)
{
    /// <summary>Every answer of everybody waits behind each of these transactions.</summary>
    private const int ChunkItems = 100, CountedAtOnce = 5000;

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
        List<ItemBefore> before = [];
        var newest = 0L;
        foreach (var chunk in items.Distinct().Chunk(ChunkItems))
        {
            var (done, refusal) = await writes.WriteAsync(async (db, token) =>
            {
                var (turn, why) = await TurnAsync(db, projectId, userId, ask, token);
                if (why is not null) return ([], why);
                return (await ApplyAsync(db, turn!, chunk, items.Count, first: before.Count == 0, token), (BulkRefusal?)null);
            }, cancellation);
            if (refusal is not null && before.Count == 0) return (null, refusal);
            // the right went meanwhile: what is done is done, and said
            if (refusal is not null) break;
            before.AddRange(done);
        }
        if (before.Count > 0)
        {
            if (ask.Action == BulkAction.Priority) positions.Forget(projectId);
            doorbell.Ring(projectId);
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            newest = await db.Answers.Where(a => a.ProjectId == projectId).MaxAsync(a => (long?)a.Id, cancellation) ?? 0;
        }
        var undo = before.Count == 0 ? null : undos.Keep(new(projectId, userId, ask.Action, before, newest));
        return (new(items.Count, before.Count, undo?.Id, undo?.Until ?? 0), null);
    }

    private async Task<List<ItemBefore>> ApplyAsync(AppDbContext db, BulkTurn turn, long[] chunk, int asked, bool first,
        CancellationToken cancellation)
    {
        var ids = await BulkFit.Of(db, turn, chunk).OrderBy(i => i.Id).Select(i => i.Id).ToListAsync(cancellation);
        if (ids.Count == 0) return [];
        var before = await ItemBefore.ReadAsync(db, ids, cancellation);
        await BulkChanges.ApplyAsync(db, turn, ids, cancellation);
        if (first)
            AuditTrail.Add(db, turn.Now, turn.UserId, $"items.{ItemQuery.NameOf(turn.Ask.Action)}", after: JsonSerializer.Serialize(new
            {
                items = asked, label = turn.Ask.LabelId, person = turn.Ask.Person, from = ids[0],
            }, JsonSerializerOptions.Web), projectId: turn.Project.Id);
        await EndAsync(db, turn.Project, ids, cancellation);
        return before;
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
        if (undos.Take(id, projectId, userId) is not { } undo) return (null, new(ApiCodes.NotFound, TableWords.UndoOver));
        var (restored, kept) = (0, 0);
        foreach (var chunk in undo.Items.Chunk(ChunkItems))
        {
            var done = await writes.WriteAsync(async (db, token) =>
            {
                var ids = chunk.Select(i => i.Item.Id).ToList();
                var changed = (await db.Answers.Where(a => ids.Contains(a.ItemId) && a.Id > undo.Newest).Select(a => a.ItemId)
                    .ToListAsync(token)).ToHashSet();
                var items = chunk.Where(i => !changed.Contains(i.Item.Id)).ToList();
                if (items.Count == 0) return 0;
                var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, token);
                await ItemBefore.PutBackAsync(db, items, token);
                if (undo.Action is BulkAction.Delete or BulkAction.Restore)
                    await BulkChanges.CountAsync(db, project, undo.Action == BulkAction.Delete ? items.Count : -items.Count, token);
                if (restored == 0)
                    AuditTrail.Add(db, clock, userId, $"items.{ItemQuery.NameOf(undo.Action)}.undo",
                        after: JsonSerializer.Serialize(new { items = undo.Items.Count, from = ids[0] }, JsonSerializerOptions.Web),
                        projectId: projectId);
                await EndAsync(db, project, [.. items.Select(i => i.Item.Id)], token);
                return items.Count;
            }, cancellation);
            (restored, kept) = (restored + done, kept + chunk.Length - done);
        }
        doorbell.Ring(projectId);
        return (new(restored, kept), null);
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
        return (new(project, userId, ask, answer, clock.GetUtcNow().ToUnixTimeMilliseconds()), null);
    }
}
