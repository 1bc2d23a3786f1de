using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// Runs imports, two at a time. What a stopped or killed process left behind is removed in chunks at start and the import begins anew. A
/// stop in good order counts for nothing; a file whose imports ended with the process several times is not tried for ever.
/// </summary>
internal sealed class ImportWorker(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, UploadStore uploads, ImportQueue queue,
    IPoolGrown grown,
    TimeProvider time, ILogger<ImportWorker> log) : BackgroundService
{
    private static Said BegunAnew => ImportingWords.BegunAnewAfterPortalStopped;
    internal const int MostTries = 5;
    private readonly SemaphoreSlim _places = new(2);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await Task.Yield();
        var running = new List<Task>();
        try
        {
            await RecoverAsync(stopping);
            await foreach (var id in queue.ReadAllAsync(stopping))
            {
                await _places.WaitAsync(stopping);
                running.RemoveAll(t => t.IsCompleted);
                running.Add(Task.Run(() => RunAsync(id, stopping), CancellationToken.None)
                    .ContinueWith(_ => _places.Release(), TaskScheduler.Default));
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // the database knows where to go on
        }
        await Task.WhenAll(running);
    }

    private async Task RecoverAsync(CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        var unfinished = await db.Imports.AsNoTracking().Where(i => i.State == WorkState.Queued || i.State == WorkState.Running)
            .OrderBy(i => i.Id).ToListAsync(stopping);
        uploads.Sweep(unfinished.Select(i => Guid.Parse(i.StoredName)).ToHashSet());
        foreach (var import in unfinished)
        {
            if (import.State == WorkState.Running && !import.CancelRequested
                && uploads.Find(Guid.Parse(import.StoredName)) is { Tries: >= MostTries })
                await EndAsync(import, WorkState.Failed, ImportingWords.PortalEndedEachTime(MostTries), stopping);
            else
            {
                if (import.State == WorkState.Running) await SetAsync(import.Id, WorkState.Queued, BegunAnew.ToJson(), null, stopping);
                queue.Ring(import.Id);
            }
        }
    }

    private async Task RunAsync(int id, CancellationToken stopping)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(stopping);
            var import = await db.Imports.AsNoTracking().FirstOrDefaultAsync(i => i.Id == id, stopping);
            if (import is null || import.State != WorkState.Queued) return;
            await SetAsync(id, WorkState.Running, import.Error, null, stopping);
            uploads.CountTry(Guid.Parse(import.StoredName), 1);
            var run = new ImportRun(contexts, writes, uploads, grown, time);
            try
            {
                await TryAsync(run, id, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                uploads.CountTry(Guid.Parse(import.StoredName), -1);
                throw;
            }
            catch (OperationCanceledException)
            {
                await EndAsync(import, WorkState.Cancelled, null, stopping);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // not the user's file: the log has the whole of it
                if (e is not ImportException) log.LogError(e, "Import {Import} of project {Project} failed", id, import.ProjectId);
                await EndAsync(import, WorkState.Failed, e is ImportException wrong ? wrong.Said
                    : ImportingWords.ImportFailed(e.Message), stopping);
                return;
            }
            uploads.Delete(Guid.Parse(import.StoredName));
            var withLabels = ColumnMapping.FromJson(import.Mapping).Use == AnswerUse.Labels;
            await grown.PoolGrewAsync(import.ProjectId, withLabels, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // still Running in the database: begun anew at the next start
        }
        catch (Exception e)
        {
            log.LogError(e, "What follows import {Import} failed", id);
        }
    }

    // from the start: what a failed try left is removed first
    private async Task TryAsync(ImportRun run, int id, CancellationToken stopping)
    {
        for (var failures = 1; ; failures++)
            try
            {
                await RemoveAsync(run, id, stopping);
                await run.RunAsync(id, stopping);
                return;
            }
            catch (Exception e) when (PassingFault.Is(e) && failures <= PassingFault.Tries)
            {
                log.LogWarning(e, "Import {Import} failed; it is begun again", id);
                await Task.Delay(PassingFault.PauseAfter(failures), time, stopping);
            }
    }

    private async Task EndAsync(Import import, WorkState state, Said? error, CancellationToken stopping)
    {
        await new ImportRun(contexts, writes, uploads, grown, time).CleanUpAsync(import.Id, stopping);
        await SetAsync(import.Id, state, error?.ToJson(), time.GetUtcNow().ToUnixTimeMilliseconds(), stopping);
        uploads.Delete(Guid.Parse(import.StoredName));
    }

    private async Task RemoveAsync(ImportRun run, int id, CancellationToken stopping)
    {
        await run.CleanUpAsync(id, stopping);
        await writes.WriteAsync((db, token) => db.ImportIssues.Where(i => i.ImportId == id).ExecuteDeleteAsync(token), stopping);
    }

    private Task SetAsync(int id, WorkState state, string? error, long? finished, CancellationToken stopping) =>
        writes.WriteAsync((db, token) => db.Imports.Where(i => i.Id == id).ExecuteUpdateAsync(set => set.SetProperty(i => i.State, state)
            .SetProperty(i => i.Error, error).SetProperty(i => i.FinishedAt, finished), token), stopping);
}
