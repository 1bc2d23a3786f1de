using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Takes an answer in: append-only, once per submission id, one transaction.</summary>
public sealed class LabelService(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, IEstimateDoorbell doorbell, TimeProvider clock, IOptions<LabelingOptions> options)
{
    public async Task<Receipt> SubmitAsync(int projectId, string userId, AnswerRecord record, CancellationToken cancellation)
    {
        string? mismatch;
        await using (var db = await contexts.CreateDbContextAsync(cancellation)) mismatch = await AnswerReader.MismatchAsync(db, projectId, record.Answer, cancellation);
        var receipt = await writes.WriteAsync((db, c) => StoreAsync(db, projectId, userId, record, mismatch, c), cancellation);
        // only after the commit: the estimator reads what is in the database
        if (receipt.Acknowledged is { Kept: not Kept.Known }) doorbell.Ring(projectId);
        return receipt;
    }

    private async Task<Receipt> StoreAsync(AppDbContext db, int projectId, string userId, AnswerRecord record, string? mismatch, CancellationToken cancellation)
    {
        if (record.User != userId) return RecordRules.OtherUser(record);
        if (await db.Labels.AsNoTracking().SingleOrDefaultAsync(l => l.SubmissionId == record.SubmissionId, cancellation) is { } known)
            return known.UserId == userId && known.ItemId == record.ItemId
                ? Receipt.Of(record, Kept.Known)
                : Receipt.Refuse(record, "duplicate-id", "Another answer has this submission id.");
        if (await RecordRules.CheckAsync(db, projectId, userId, record, cancellation) is { } refusal) return refusal;
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, cancellation);
        var (answer, problem) = await AnswerReader.ReadAsync(db, project, record.Answer, options.Value.AnswerLimit, cancellation);
        if ((problem ?? mismatch) is { } reason) return Receipt.Refuse(record, "bad-answer", reason);

        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var label = new Label
        {
            SubmissionId = record.SubmissionId, ProjectId = projectId, ItemId = record.ItemId, UserId = userId,
            AnswerJson = answer!.Json, LabelDefinitionId = answer.LabelDefinitionId, AnswerText = answer.Text, SuggestionShown = record.Suggested,
            // a browser's clock may be wrong: never later than now, and never a negative pace
            StartedAt = Math.Clamp(record.StartedAt, 0, now), CreatedAt = now, ActiveMilliseconds = Math.Max(0, record.ActiveMs),
        };
        var kept = await PlaceAsync(db, label, now, cancellation);
        await db.Skips.Where(k => k.ItemId == record.ItemId && k.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.Drafts.Where(d => d.ItemId == record.ItemId && d.UserId == userId).ExecuteDeleteAsync(cancellation);
        await LabelVersions.AdvanceAsync(db, projectId, label.Id, cancellation);
        return Receipt.Of(record, kept);
    }

    private static async Task<Kept> PlaceAsync(AppDbContext db, Label label, long now, CancellationToken cancellation)
    {
        var earlier = await db.Labels.SingleOrDefaultAsync(l => l.ItemId == label.ItemId && l.UserId == label.UserId && l.Current, cancellation);
        if (earlier is not null)
        {
            earlier.Current = false;
            (label.RevisesId, label.Revision, label.Stratum, label.Surplus) = (earlier.Id, earlier.Revision + 1, earlier.Stratum, earlier.Surplus);
            label.SuggestionShown |= earlier.SuggestionShown;
            await InsertAsync(db, label, cancellation);
            await db.Slots.Where(s => s.LabelId == earlier.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.LabelId, label.Id), cancellation);
            return Kept.Revision;
        }
        var slots = await db.Slots.AsNoTracking().Where(s => s.ItemId == label.ItemId).OrderBy(s => s.SlotNo).ToListAsync(cancellation);
        // an expired lease that nobody took over is still this person's; else any free slot of the item
        var slot = slots.Find(s => s.LabelId is null && s.UserId == label.UserId)
            ?? slots.Find(s => s.LabelId is null && (s.UserId is null || s.LeaseUntil < now));
        label.Surplus = slot is null;
        label.Stratum = (slot ?? slots.FirstOrDefault())?.Queue ?? Stratum.Random;
        await InsertAsync(db, label, cancellation);
        if (slot is null) return Kept.Surplus;
        await db.Slots.Where(s => s.Id == slot.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.LabelId, label.Id)
            .SetProperty(x => x.UserId, label.UserId).SetProperty(x => x.Queue, label.Stratum).SetProperty(x => x.Token, (string?)null), cancellation);
        return Kept.Stored;
    }

    private static Task InsertAsync(AppDbContext db, Label label, CancellationToken cancellation)
    {
        db.Labels.Add(label);
        return db.SaveChangesAsync(cancellation);
    }
}
