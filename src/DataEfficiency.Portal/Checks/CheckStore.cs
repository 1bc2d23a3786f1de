using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Checks;

/// <summary>The rows of checks. Writes are short: people label beside them.</summary>
public sealed class CheckStore(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, TimeProvider clock)
{
    /// <summary>Of the training table that checks and calibrations share.</summary>
    public const int Recipe = 2;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task<int?> IdAsync(int jobId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Checks.Where(c => c.JobId == jobId).Select(c => (int?)c.Id).SingleOrDefaultAsync(cancellation);
    }

    /// <summary>The check of a job, and the learning rate that an earlier one chose for the same weights.</summary>
    public async Task<(Check Check, double? Rate)> ReadAsync(int jobId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var check = await db.Checks.AsNoTracking().SingleAsync(c => c.JobId == jobId, cancellation);
        return (check, await RateAsync(db, check.ProjectId, check.ModelSha256, cancellation));
    }

    public static Task<double?> RateAsync(AppDbContext db, int projectId, string sha256, CancellationToken cancellation) =>
        db.Checks.Where(c => c.ProjectId == projectId && c.ModelSha256 == sha256 && c.Rate != null).OrderBy(c => c.Id)
            .Select(c => c.Rate).FirstOrDefaultAsync(cancellation);

    /// <summary>Queues a check, or offers it. An older offer is withdrawn: this one says more.</summary>
    public Task<int> AddAsync(Check check, bool runs, CancellationToken cancellation) => writes.WriteAsync(
        check.AskedBy is { } by ? Right.Lead(by, check.ProjectId) : null, async (db, token) =>
    {
        var now = Now;
        await Open(db, check.ProjectId).ExecuteUpdateAsync(c => c.SetProperty(x => x.SkippedAt, now), token);
        check.CreatedAt = now;
        if (runs) check.Job = Queued(check.ProjectId, now);
        db.Checks.Add(check);
        await db.SaveChangesAsync(token);
        return check.Id;
    }, cancellation);

    /// <summary>Begins what was offered. False: it is not offered any more.</summary>
    public Task<bool> RunAsync(int projectId, int checkId, string userId, CancellationToken cancellation) =>
        writes.WriteAsync(Right.Lead(userId, projectId), async (db, token) =>
    {
        if (await Open(db, projectId).SingleOrDefaultAsync(c => c.Id == checkId, token) is not { } check) return false;
        (check.Job, check.AskedBy) = (Queued(projectId, Now), userId);
        await db.SaveChangesAsync(token);
        return true;
    }, cancellation);

    /// <summary>That step of the plan is not taken.</summary>
    public Task<bool> SkipAsync(int projectId, int checkId, string userId, CancellationToken cancellation) =>
        writes.WriteAsync(Right.Lead(userId, projectId), async (db, token) =>
    {
        var now = Now;
        return await Open(db, projectId).Where(c => c.Id == checkId)
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.SkippedAt, now), token) > 0;
    }, cancellation);

    /// <summary>The same of one that is not due yet; the row stands for the step. Skipped twice it is skipped once.</summary>
    public Task SkipAheadAsync(int projectId, CheckReason reason, int step, string userId, CancellationToken cancellation) =>
        writes.WriteAsync(Right.Lead(userId, projectId), async (db, token) =>
    {
        if (await db.Checks.AnyAsync(c => c.ProjectId == projectId && c.Reason == reason && c.Step >= step, token)) return;
        db.Checks.Add(new() { ProjectId = projectId, Reason = reason, Step = step, SkippedAt = Now, CreatedAt = Now });
        await db.SaveChangesAsync(token);
    }, cancellation);

    /// <summary>Ends a queued check now and a running one after its current step.</summary>
    public Task CancelAsync(int projectId, int checkId, string userId, CancellationToken cancellation) =>
        writes.WriteAsync(Right.Lead(userId, projectId), (db, token) => db.Jobs.Open()
            .Where(j => db.Checks.Any(c => c.Id == checkId && c.ProjectId == projectId && c.JobId == j.Id))
            .ExecuteUpdateAsync(j => j.SetProperty(x => x.CancelRequested, true), token), cancellation);

    /// <summary>It has begun, with these data.</summary>
    public Task BeginAsync(JobTurn turn, Check check, CancellationToken cancellation) => writes.WriteAsync(async (db, token) =>
    {
        await turn.GoOnAsync(db, token);
        await db.Checks.Where(c => c.Id == check.Id).ExecuteUpdateAsync(c => c.SetProperty(x => x.Kind, check.Kind)
            .SetProperty(x => x.Model, check.Model).SetProperty(x => x.ModelSha256, check.ModelSha256)
            .SetProperty(x => x.Recipe, check.Recipe).SetProperty(x => x.Seed, check.Seed).SetProperty(x => x.Size, check.Size)
            .SetProperty(x => x.LabelVersion, check.LabelVersion).SetProperty(x => x.LabelsSpent, check.LabelsSpent)
            .SetProperty(x => x.ExpectedSeconds, check.ExpectedSeconds).SetProperty(x => x.ExpectedMemory, check.ExpectedMemory), token);
    }, cancellation);

    /// <exception cref="JobCancelledException">Somebody asked for its end.</exception>
    public Task ShowAsync(JobTurn turn, double share, CancellationToken cancellation) => writes.WriteAsync(async (db, token) =>
    {
        await turn.GoOnAsync(db, token);
        await turn.ShowAsync(db, (long)(1000 * share), 1000, gotOn: share > 0, token);
    }, cancellation);

    public Task NoteAsync(int checkId, string code, CancellationToken cancellation) => writes.WriteAsync((db, token) =>
        db.Checks.Where(c => c.Id == checkId).ExecuteUpdateAsync(c => c.SetProperty(x => x.FailureCode, code), token), cancellation);

    /// <summary>Stores what was measured, ends the job, and makes the project due: its forecast has a point more.</summary>
    /// <param name="answers">Of the task, in the order of the predictions' shares.</param>
    public Task FinishAsync(JobTurn turn, Check check, IReadOnlyList<CheckPrediction> predictions, IReadOnlyList<string>? answers,
        CancellationToken cancellation) => writes.WriteAsync(async (db, token) =>
    {
        await turn.GoOnAsync(db, token);
        var row = await db.Checks.SingleAsync(c => c.Id == check.Id, token);
        (row.Examples, row.Score, row.ZeroShot, row.Ceiling) = (check.Examples, check.Score, check.ZeroShot, check.Ceiling);
        (row.Share, row.StandardError, row.Tested, row.LabelRanking) = (check.Share, check.StandardError, check.Tested, check.LabelRanking);
        (row.F1, row.ZeroShotF1) = (check.F1, check.ZeroShotF1);
        (row.Rate, row.Steps, row.Seconds) = (check.Rate, check.Steps, check.Seconds);
        (row.KeptFolder, row.Curve, row.FailureCode, row.Failure) = (check.KeptFolder, check.Curve, check.FailureCode, check.Failure);
        // removed meanwhile: an item that is gone is no one's suspect
        var ids = predictions.Select(p => p.Id).ToArray();
        var there = (await db.Items.Where(i => ids.Contains(i.Id)).Select(i => i.Id).ToListAsync(token)).ToHashSet();
        db.CheckPredictions.AddRange(predictions.Where(p => there.Contains(p.Id)).Select(p => new StoredPrediction
        {
            CheckId = check.Id, ItemId = p.Id, Predicted = p.Predicted, Right = p.Right, ZeroShot = p.ZeroShot,
            ZeroShotRight = p.ZeroShotRight, Shares = Shares(p, answers),
        }));
        await db.SaveChangesAsync(token);
        await LabelVersions.AdvanceAsync(db, check.ProjectId, token);
        await turn.EndAsync(db, token);
    }, cancellation);

    private static string? Shares(CheckPrediction prediction, IReadOnlyList<string>? answers) =>
        prediction.Shares is not { } shares || answers is null ? null : JsonSerializer.Serialize(answers
            .Zip(shares, (answer, share) => (answer, share: Math.Round(share, 5))).DistinctBy(a => a.answer)
            .ToDictionary(a => a.answer, a => a.share));

    /// <summary>Offered to the lead.</summary>
    private static IQueryable<Check> Open(AppDbContext db, int projectId) =>
        db.Checks.Where(c => c.ProjectId == projectId && c.JobId == null && c.SkippedAt == null && c.Failure == null);

    private static Job Queued(int projectId, long now) =>
        new() { Kind = JobKind.Check, ProjectId = projectId, State = WorkState.Queued, CreatedAt = now, Total = 1000 };
}
