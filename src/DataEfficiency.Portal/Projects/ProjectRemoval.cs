using System.Threading.Channels;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

/// <summary>Doorbell of the removal worker: ids of deleted projects whose rows are still there.</summary>
public sealed class ProjectRemoval
{
    private readonly Channel<int> rung = Channel.CreateUnbounded<int>();

    public void Ring(int projectId) => rung.Writer.TryWrite(projectId);

    public IAsyncEnumerable<int> ReadAllAsync(CancellationToken cancel) => rung.Reader.ReadAllAsync(cancel);
}

/// <summary>Removes deleted projects row by row in chunks, so that no label of another project waits; goes on after a restart.</summary>
internal sealed class ProjectRemovalWorker(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ProjectRemoval removal,
    JobBell bell, CheckFolders checks, ExportFiles exports, ILogger<ProjectRemovalWorker> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            await using (var db = await contexts.CreateDbContextAsync(stopping))
                foreach (var id in await db.Projects.Where(p => p.DeletedAt != null).Select(p => p.Id)
                    .ToListAsync(stopping)) removal.Ring(id);
            await foreach (var id in removal.ReadAllAsync(stopping))
            {
                try { await RemoveAsync(id, stopping); }
                catch (Exception e) when (e is not OperationCanceledException) { log.LogError(e,
                    "Removing project {Project} failed; the next start goes on", id); }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // DeletedAt stands: the next start goes on
        }
    }

    private async Task RemoveAsync(int id, CancellationToken stopping)
    {
        // an import, an export or a ranking under way sees the deletion before its next chunk; their rows go last
        bell.Ring();
        while (await IsBusyAsync(id, stopping)) await Task.Delay(Pause, stopping);
        while (await writes.WriteAsync((db, token) => RemoveItemsAsync(db, id, token), stopping) > 0) { }
        while (await writes.WriteAsync((db, token) => RemoveIssuesAsync(db, id, token), stopping) > 0) { }
        while (await writes.WriteAsync((db, token) => RemoveDeliveriesAsync(db, id, token), stopping) > 0) { }
        int[] ended;
        await using (var db = await contexts.CreateDbContextAsync(stopping))
            ended = await db.Checks.Where(c => c.ProjectId == id).Select(c => c.Id).ToArrayAsync(stopping);
        foreach (var check in ended) checks.Remove(check);
        await writes.WriteAsync(async (db, token) =>
        {
            var imports = await db.Imports.Where(i => i.ProjectId == id).Select(i => i.Id).ToListAsync(token);
            await ExternalAnnotator.RemoveAsync(db, imports, token);
            await db.Imports.Where(i => i.ProjectId == id).ExecuteDeleteAsync(token);
            await db.Estimates.Where(e => e.ProjectId == id).ExecuteDeleteAsync(token);
            await db.Draws.Where(d => d.ProjectId == id).ExecuteDeleteAsync(token);
            await db.Rankings.Where(r => r.ProjectId == id).ExecuteDeleteAsync(token);
            await db.Checks.Where(c => c.ProjectId == id).ExecuteDeleteAsync(token);
            var made = await db.Jobs.Where(j => j.ProjectId == id && j.Kind == JobKind.Export).Select(j => j.Payload).ToListAsync(token);
            db.AfterCommit.Add(() => made.ForEach(payload => exports.Remove(ExportAsk.FromJson(payload).File)));
            await db.Jobs.Where(j => j.ProjectId == id).ExecuteDeleteAsync(token);
            await db.Schemas.Where(s => s.ProjectId == id).ExecuteDeleteAsync(token);
            await db.Decisions.Where(d => d.ProjectId == id).ExecuteDeleteAsync(token);
            await db.Guidelines.Where(g => g.ProjectId == id).ExecuteDeleteAsync(token);
            await db.Labels.Where(l => l.ProjectId == id).ExecuteDeleteAsync(token);
            await db.Webhooks.Where(w => w.ProjectId == id).ExecuteDeleteAsync(token);
            await db.Memberships.Where(m => m.ProjectId == id).ExecuteDeleteAsync(token);
            // what was given for this project alone opens nothing any more
            await db.AccessTokens.Where(t => t.ProjectId == id).ExecuteDeleteAsync(token);
            await db.AccountLinks.Where(l => l.ProjectId == id).ExecuteDeleteAsync(token);
            // the audit stays: it is append-only
            await db.Projects.Where(p => p.Id == id).ExecuteDeleteAsync(token);
        }, stopping);
    }

    private async Task<bool> IsBusyAsync(int id, CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return await db.Jobs.Open().AnyAsync(j => j.ProjectId == id && (j.Kind == JobKind.Import || j.Kind == JobKind.Export), stopping);
    }

    private static async Task<int> RemoveItemsAsync(AppDbContext db, int id, CancellationToken cancel)
    {
        var ids = await db.Items.Where(i => i.ProjectId == id).OrderBy(i => i.Id).Select(i => i.Id).Take(ImportLimits.ChunkRows / 2)
            .ToListAsync(cancel);
        if (ids.Count > 0) await PoolWriter.RemoveItemsAsync(db, ids, cancel);
        return ids.Count;
    }

    private static Task<int> RemoveDeliveriesAsync(AppDbContext db, int id, CancellationToken cancel) =>
        db.WebhookDeliveries.Where(d => db.WebhookDeliveries
            .Where(x => db.Webhooks.Any(w => w.Id == x.WebhookId && w.ProjectId == id))
            .OrderBy(x => x.Id).Take(5000).Select(x => x.Id).Contains(d.Id)).ExecuteDeleteAsync(cancel);

    private static Task<int> RemoveIssuesAsync(AppDbContext db, int id, CancellationToken cancel) =>
        db.ImportIssues.Where(i => db.ImportIssues.Where(x => db.Imports.Any(m => m.Id == x.ImportId && m.ProjectId == id))
            .OrderBy(x => x.Id).Take(5000).Select(x => x.Id).Contains(i.Id))
            .ExecuteDeleteAsync(cancel);
}
