using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Selection;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What a ranking reads and writes. Writes are short: people label beside it.</summary>
public sealed class RankStore(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ISelectionStrategy strategy, TimeProvider time)
{
    /// <summary>Items and open slots that get their new order in one transaction.</summary>
    public const int ChunkSize = 500;

    public sealed record PoolItem(long Id, string Text);

    /// <summary>The ranking of this model with this prompt, and where to go on in it: behind the last item that an earlier job has
    /// stored.</summary>
    /// <param name="check">Whose kept model it is; null: the project's own.</param>
    /// <param name="hash">Of model and prompt.</param>
    /// <exception cref="JobCancelledException">Somebody asked for the job's end.</exception>
    public Task<(int Ranking, long Cursor, int Done)> StartAsync(JobTurn turn, string model, int? check, string sha256,
        string hash, CancellationToken cancel) => writes.WriteAsync(async (db, token) =>
    {
        await turn.GoOnAsync(db, token);
        var projectId = turn.ProjectId;
        var ranking = await db.Rankings.SingleOrDefaultAsync(r => r.ProjectId == projectId && r.InputHash == hash, token);
        if (ranking is null)
            db.Rankings.Add(ranking = new Ranking { ProjectId = projectId, ModelSha256 = sha256, InputHash = hash, CheckId = check });
        // the folder may have another name by now
        ranking.Model = model;
        await db.SaveChangesAsync(token);
        var visible = Visible(db, projectId);
        var done = await visible.CountAsync(i => i.Id <= ranking.LastItemId, token);
        await turn.ShowAsync(db, done, await visible.CountAsync(token), gotOn: false, token);
        return (ranking.Id, ranking.LastItemId, done);
    }, cancel);

    /// <summary>The next visible items behind the cursor, in the order of their ids.</summary>
    public async Task<IReadOnlyList<PoolItem>> NextAsync(int projectId, long cursor, int count, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await RankSql.NextAsync<PoolItem>(db, projectId, cursor, count, cancel);
    }

    /// <summary>Stores a step's confidences and the cursor. False: somebody asked for the end.</summary>
    public Task<bool> SaveAsync(JobTurn turn, int rankingId, IReadOnlyList<PoolItem> items, IReadOnlyList<RankedText> ranked, int done,
        double speed, CancellationToken cancel) => writes.WriteAsync(async (db, token) =>
    {
        var isWanted = await turn.IsWantedAsync(db, token);
        var rows = JsonSerializer.Serialize(ranked.Select(r => new object?[] { items[r.Index].Id, Finite(r.Confidence),
            Finite(r.Perplexity), r.Answer, r.NoKeptToken ? 1 : 0, r.LeftOut }));
        await RankSql.SaveScoresAsync(db, rankingId, rows, token);
        var last = items[^1].Id;
        await db.Rankings.Where(r => r.Id == rankingId).ExecuteUpdateAsync(r => r.SetProperty(x => x.LastItemId, last), token);
        var total = await db.Jobs.Where(j => j.Id == turn.Job.Id).Select(j => j.Total).SingleAsync(token);
        // an import that became visible meanwhile
        if (done > total) total = await Visible(db, turn.ProjectId).CountAsync(token);
        await turn.ShowAsync(db, done, total, gotOn: true, token);
        await db.Jobs.Where(j => j.Id == turn.Job.Id).ExecuteUpdateAsync(j => j.SetProperty(x => x.Speed, speed), token);
        return isWanted;
    }, cancel);

    /// <summary>The strategy's order of all visible items by a ranking's scores, and the draw. What tests is in neither.</summary>
    public async Task<IReadOnlyList<ItemOrder>> OrderAsync(int projectId, int rankingId, long seed, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var items = await (from i in Visible(db, projectId).Where(i => i.Split == ItemSplit.Pool)
                           join s in db.ItemScores.Where(s => s.RankingId == rankingId && s.Unusable == null) on i.Id equals s.ItemId
                               into scores
                           from score in scores.DefaultIfEmpty()
                           orderby i.Id
                           select new { i.Id, Confidence = (double?)score.Confidence }).ToListAsync(cancel);
        return strategy.Order([.. items.Select(i => new RankedItem(i.Id, i.Confidence))], seed);
    }

    /// <summary>Gives open slots their places. A place is advice, the slots' number is not touched.</summary>
    public Task SaveOrderAsync(JobTurn turn, IReadOnlyList<ItemOrder> chunk, CancellationToken cancel) =>
        writes.WriteAsync(async (db, token) =>
    {
        await turn.GoOnAsync(db, token);
        var rows = JsonSerializer.Serialize(chunk.Select(o => new object?[] { o.Id, o.ActiveRank }));
        await RankSql.SaveOrderAsync(db, turn.ProjectId, rows, token);
    }, cancel);

    /// <summary>The flip: from here on the ranking's scores count. Ends the job, measures the zero-shot score where it was not typed,
    /// settles the draw, and makes the project due.</summary>
    /// <exception cref="JobCancelledException">Cancelled in the last moment.</exception>
    public async Task FinishAsync(JobTurn turn, int rankingId, IReadOnlyList<ItemOrder> order, CancellationToken cancel)
    {
        var projectId = turn.ProjectId;
        var score = await ZeroShotAsync(projectId, rankingId, cancel);
        await writes.WriteAsync(async (db, token) =>
        {
            await turn.GoOnAsync(db, token);
            var ranking = await db.Rankings.SingleAsync(r => r.Id == rankingId, token);
            // a typed score has no standard error and stays; a trained model's is none
            if (score is not null && ranking.CheckId is null)
                await db.Projects.Where(p => p.Id == projectId && (p.ZeroShot == null || p.ZeroShotStandardError != null))
                    .ExecuteUpdateAsync(p => p.SetProperty(x => x.ZeroShot, score.Score)
                        .SetProperty(x => x.ZeroShotStandardError, score.StandardError), token);
            var project = await db.Projects.SingleAsync(p => p.Id == projectId, token);
            project.RankingId = rankingId;
            await DrawStore.SettleAsync(db, project, ranking, order, Now, token);
            await db.SaveChangesAsync(token);
            // the draw changes which labels count, so the label version moves: a crash before the ring loses nothing
            await db.Projects.Where(p => p.Id == projectId)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.RankVersion, x => x.RankVersion + 1)
                    .SetProperty(x => x.LabelVersion, x => x.LabelVersion + 1), token);
            await turn.EndAsync(db, token);
        }, cancel);
    }

    private async Task<ZeroShotScore?> ZeroShotAsync(int projectId, int rankingId, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var pairs = await (from i in Visible(db, projectId).Where(i => i.Gold != null)
                           join s in db.ItemScores on i.Id equals s.ItemId
                           where s.RankingId == rankingId && s.ModelAnswer != null && s.Confidence != null
                           select new { i.Gold, i.RightAnswers, s.ModelAnswer }).ToListAsync(cancel);
        var gold = await GoldTexts.OfAsync(db, await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, cancel), cancel);
        return ZeroShotScore.Of(pairs.Select(p => (gold.Of(p.Gold, p.RightAnswers), p.ModelAnswer!)));
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static IQueryable<Item> Visible(AppDbContext db, int projectId) =>
        db.Items.Where(i => i.ProjectId == projectId && !i.Deleted
            && i.ImportId <= db.Projects.Where(p => p.Id == projectId).Select(p => p.VisibleImport).First());
}
