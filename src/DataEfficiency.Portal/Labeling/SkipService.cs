using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Skipping frees the slot and keeps who and why; two skips end an item's turn.</summary>
public sealed class SkipService(WriteQueue writes, IEstimateDoorbell doorbell, TimeProvider clock)
{
    public async Task<Receipt> SkipAsync(int projectId, string userId, SkipRecord record, CancellationToken cancellation)
    {
        var receipt = await writes.WriteAsync((db, c) => StoreAsync(db, projectId, userId, record, c), cancellation);
        // the first 32 may be other items now
        if (receipt.Acknowledged is { Kept: not Kept.Known }) doorbell.Ring(projectId);
        return receipt;
    }

    private async Task<Receipt> StoreAsync(AppDbContext db, int projectId, string userId, SkipRecord record, CancellationToken cancellation)
    {
        if (await RecordRules.CheckAsync(db, projectId, userId, record, cancellation) is { } refusal) return refusal;
        if (!SkipReasons.All.Contains(record.Reason))
            return Receipt.Refuse(record, "bad-reason", $"A skip needs one of the reasons {string.Join(", ", SkipReasons.All)}.");
        if (await db.Skips.AnyAsync(k => k.ItemId == record.ItemId && k.UserId == userId, cancellation)) return Receipt.Of(record, Kept.Known);

        // an own answer that was reopened and then skipped is taken back, its row stays
        var withdrawn = await db.Answers.Where(l => l.ItemId == record.ItemId && l.UserId == userId && l.Current).Select(l => l.Id).ToListAsync(cancellation);
        await db.Answers.Where(l => withdrawn.Contains(l.Id)).ExecuteUpdateAsync(l => l.SetProperty(x => x.Current, false), cancellation);
        await db.Slots.Where(s => s.ItemId == record.ItemId && (s.UserId == userId && s.AnswerId == null || s.AnswerId != null && withdrawn.Contains(s.AnswerId.Value)))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.AnswerId, (long?)null).SetProperty(x => x.UserId, (string?)null)
                .SetProperty(x => x.Token, (string?)null).SetProperty(x => x.LeaseUntil, 0).SetProperty(x => x.Queue, (Stratum?)null), cancellation);
        await db.Drafts.Where(d => d.ItemId == record.ItemId && d.UserId == userId).ExecuteDeleteAsync(cancellation);
        db.Skips.Add(new Skip { ProjectId = projectId, ItemId = record.ItemId, UserId = userId, Reason = record.Reason, CreatedAt = clock.GetUtcNow().ToUnixTimeMilliseconds() });
        await db.SaveChangesAsync(cancellation);
        await LabelVersions.AdvanceAsync(db, projectId, null, cancellation);
        return Receipt.Of(record, Kept.Stored);
    }
}

/// <summary>The five reasons behind "-", in the order of their keys.</summary>
public static class SkipReasons
{
    public static readonly IReadOnlyList<string> All = ["unclear", "no answer fits", "several answers fit", "broken text", "other"];
}
