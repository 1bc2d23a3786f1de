using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Selection;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What a ranking reads and writes. Writes are short: people label beside it.</summary>
public sealed class RankStore(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ISelectionStrategy strategy, TimeProvider time)
{
    /// <summary>Items and open slots that get their new order in one transaction.</summary>
    public const int ChunkSize = 500;

    public sealed record PoolItem(long Id, string Text);

    /// <summary>Ends the job where somebody asked for it.</summary>
    public Task<bool> CancelIfAskedAsync(int job, CancellationToken cancel) => writes.WriteAsync(async (db, token) =>
        await db.RankJobs.Where(j => j.Id == job && j.CancelRequested).ExecuteUpdateAsync(j =>
            j.SetProperty(x => x.State, WorkState.Cancelled).SetProperty(x => x.FinishedAt, Now), token) > 0, cancel);

    /// <summary>Marks the job as running. Returns where to go on: behind what this job, or the last one with the same model and prompt,
    /// has stored.</summary>
    public Task<(long Cursor, int Done)> StartAsync(int jobId, int projectId, string model, string sha256, string hash,
        CancellationToken cancel) => writes.WriteAsync(async (db, token) =>
    {
        var job = await db.RankJobs.SingleAsync(j => j.Id == jobId, token);
        var before = job.LastItemId > 0 ? job : await db.RankJobs.Where(j => j.ProjectId == projectId && j.Id < jobId && j.LastItemId > 0)
            .OrderByDescending(j => j.Id).FirstOrDefaultAsync(token);
        var cursor = before is not null && before.InputHash == hash ? before.LastItemId : 0;
        var visible = Visible(db, projectId);
        job.State = WorkState.Running;
        (job.Model, job.ModelSha256, job.InputHash, job.LastItemId) = (model, sha256, hash, cursor);
        (job.Total, job.Done, job.Error) = (await visible.CountAsync(token), cursor == 0 ? 0
            : await visible.CountAsync(i => i.Id <= cursor, token), null);
        job.StartedAt ??= Now;
        await db.SaveChangesAsync(token);
        return (cursor, job.Done);
    }, cancel);

    /// <summary>The next visible items behind the cursor, in the order of their ids.</summary>
    public async Task<IReadOnlyList<PoolItem>> NextAsync(int projectId, long cursor, int count, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await RankSql.NextAsync<PoolItem>(db, projectId, cursor, count, cancel);
    }

    /// <summary>Stores a step's confidences and the cursor. True: the job was cancelled.</summary>
    public Task<bool> SaveAsync(int jobId, int projectId, IReadOnlyList<PoolItem> items, IReadOnlyList<RankedText> ranked, int done,
        double speed, CancellationToken cancel) => writes.WriteAsync(async (db, token) =>
    {
        var rows = JsonSerializer.Serialize(ranked.Select(r => new object?[] { items[r.Index].Id, Finite(r.Confidence),
            Finite(r.Perplexity), r.Answer, r.NoKeptToken ? 1 : 0, r.LeftOut }));
        await RankSql.SaveScoresAsync(db, rows, token);
        var job = await db.RankJobs.SingleAsync(j => j.Id == jobId, token);
        (job.Done, job.LastItemId, job.ItemsPerSecond) = (done, items[^1].Id, speed);
        // an import that became visible meanwhile
        if (done > job.Total) job.Total = await Visible(db, projectId).CountAsync(token);
        if (job.CancelRequested) (job.State, job.FinishedAt) = (WorkState.Cancelled, Now);
        await db.SaveChangesAsync(token);
        return job.CancelRequested;
    }, cancel);

    /// <summary>The strategy's order of all ranked items, and the draw.</summary>
    public async Task<IReadOnlyList<ItemOrder>> OrderAsync(int projectId, long seed, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var items = await Visible(db, projectId).OrderBy(i => i.Id).Select(i =>
            new { i.Id, Confidence = i.Unusable == null ? i.Confidence : null }).ToListAsync(cancel);
        return strategy.Order([.. items.Select(i => new RankedItem(i.Id, i.Confidence))], seed);
    }

    /// <summary>Gives items and their open slots their places. A place is advice, the slots' number is not touched.</summary>
    public Task SaveOrderAsync(int projectId, IReadOnlyList<ItemOrder> chunk, CancellationToken cancel) =>
        writes.WriteAsync(async (db, token) =>
    {
        var rows = JsonSerializer.Serialize(chunk.Select(o => new object?[] { o.Id, o.ActiveRank }));
        await RankSql.SaveOrderAsync(db, projectId, rows, token);
    }, cancel);

    /// <summary>Closes the job, measures the zero-shot score where it was not typed, settles the draw, and makes the project due. False:
    /// cancelled in the last moment.</summary>
    public async Task<bool> FinishAsync(int jobId, int projectId, IReadOnlyList<ItemOrder> order, CancellationToken cancel)
    {
        var score = await ZeroShotAsync(projectId, cancel);
        return await writes.WriteAsync(async (db, token) =>
        {
            var job = await db.RankJobs.SingleAsync(j => j.Id == jobId, token);
            (job.State, job.FinishedAt) = (job.CancelRequested ? WorkState.Cancelled : WorkState.Done, Now);
            await db.SaveChangesAsync(token);
            if (job.State == WorkState.Cancelled) return false;
            // a typed score has no standard error and stays
            if (score is not null)
                await db.Projects.Where(p => p.Id == projectId && (p.ZeroShot == null || p.ZeroShotStandardError != null))
                    .ExecuteUpdateAsync(p => p.SetProperty(x => x.ZeroShot, score.Score)
                        .SetProperty(x => x.ZeroShotStandardError, score.StandardError), token);
            await DrawStore.SettleAsync(db, await db.Projects.SingleAsync(p => p.Id == projectId, token), job.ModelSha256, order, Now,
                token);
            // the draw changes which labels count, so the label version moves: a crash before the ring loses nothing
            await db.Projects.Where(p => p.Id == projectId)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.RankVersion, x => x.RankVersion + 1)
                    .SetProperty(x => x.LabelVersion, x => x.LabelVersion + 1), token);
            return true;
        }, cancel);
    }

    public Task FailAsync(int jobId, string error, CancellationToken cancel) => writes.WriteAsync((db, token) =>
        db.RankJobs.Where(j => j.Id == jobId).ExecuteUpdateAsync(j => j.SetProperty(x => x.State, WorkState.Failed)
            .SetProperty(x => x.Error, error).SetProperty(x => x.FinishedAt, Now), token), cancel);

    private async Task<ZeroShotScore?> ZeroShotAsync(int projectId, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var pairs = await Visible(db, projectId).Where(i => i.Gold != null && i.ModelAnswer != null && i.Confidence != null)
            .Select(i => new { i.Gold, i.RightAnswers, i.ModelAnswer }).ToListAsync(cancel);
        return ZeroShotScore.Of(pairs.Select(p => (GoldAnswers.Of(p.Gold, p.RightAnswers), p.ModelAnswer!)));
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static IQueryable<Item> Visible(AppDbContext db, int projectId) =>
        db.Items.Where(i => i.ProjectId == projectId && i.ImportId <= db.Projects.Where(p => p.Id == projectId).Select(p => p.VisibleImport)
            .First());
}
