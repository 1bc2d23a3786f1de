using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Skipping frees the slot and keeps who and why; two skips end an item's turn.</summary>
public sealed class SkipService(WriteQueue writes, FigureBook figures, IEstimateDoorbell doorbell, TimeProvider clock)
{
    public async Task<Receipt> SkipAsync(int projectId, string userId, SkipRecord record, CancellationToken cancellation)
    {
        var receipt = await writes.WriteAsync((db, c) => StoreAsync(db, projectId, userId, record, c), cancellation, ahead: true);
        // the first 32 may be other items now
        if (receipt.Acknowledged is { Kept: not (Kept.Known or Kept.Older) }) doorbell.Ring(projectId);
        return receipt;
    }

    private async Task<Receipt> StoreAsync(AppDbContext db, int projectId, string userId, SkipRecord record, CancellationToken cancellation)
    {
        if (await RecordRules.CheckAsync(db, projectId, userId, record, cancellation) is { } refusal) return refusal;
        if (!SkipReasons.All.Contains(record.Reason))
            return Receipt.Refuse(record, ApiCodes.BadReason, LabelingWords.ReasonUnknown(string.Join(", ", SkipReasons.All)));
        var standing = await Standing.ReadAsync(db, userId, record, cancellation);
        if (standing.Known(record.SubmissionId) is not null) return Receipt.Conflict(record);
        if (standing.Skip is { } known && known.SubmissionId == record.SubmissionId)
            return known.Reason == record.Reason ? Receipt.Of(record, Kept.Known) : Receipt.Conflict(record);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var place = standing.PlaceOf(record, now);
        if (standing.IsNewerThan(place, record.SubmissionId)) return Receipt.Of(record, Kept.Older);
        if (standing.Skip is { } earlier)
        {
            (earlier.Reason, earlier.SubmissionId, earlier.AnsweredAt) = (record.Reason, record.SubmissionId, place);
            await db.SaveChangesAsync(cancellation);
            return Receipt.Of(record, Kept.Revision);
        }

        // an own answer that was reopened and then skipped is taken back, its row stays
        var withdrawn = standing.Current;
        if (withdrawn is not null) withdrawn.Current = false;
        GivenAnswer? gone = withdrawn is null ? null : GivenAnswer.Of(withdrawn);
        var before = FinalText.Of(await db.Finals.AsNoTracking().FirstOrDefaultAsync(f => f.ItemId == record.ItemId, cancellation));
        var after = before;
        var taken = withdrawn?.Id;
        await LeaseService.FreeAsync(db.Slots.Where(s => s.ItemId == record.ItemId
            && (s.UserId == userId && s.AnswerId == null || taken != null && s.AnswerId == taken)), cancellation);
        await db.Drafts.Where(d => d.ItemId == record.ItemId && d.UserId == userId).ExecuteDeleteAsync(cancellation);
        db.Skips.Add(new Skip
        {
            ProjectId = projectId, ItemId = record.ItemId, UserId = userId, Reason = record.Reason, CreatedAt = now,
            SubmissionId = record.SubmissionId, AnsweredAt = place,
        });
        await db.SaveChangesAsync(cancellation);
        if (withdrawn is not null)
        {
            var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, cancellation);
            after = FinalText.Of(await FinalAnswers.SettleAsync(db, project, record.ItemId, cancellation));
        }
        await First32.GiveUpAsync(db, projectId, cancellation);
        await LabelVersions.AdvanceAsync(db, projectId, cancellation);
        var version = await db.Projects.Where(p => p.Id == projectId).Select(p => p.LabelVersion).SingleAsync(cancellation);
        // two skips give an item of the first 32 up
        var change = new FigureChange(version, record.ItemId, userId, null, gone, Skips: 1, before, after, FirstMayChange: true);
        db.AfterCommit.Add(() => figures.Fold(projectId, change));
        return Receipt.Of(record, Kept.Stored);
    }
}

/// <summary>The five reasons behind "-", in the order of their keys.</summary>
public static class SkipReasons
{
    public static readonly IReadOnlyList<string> All = ["unclear", "no answer fits", "several answers fit", "broken text", "other"];

    /// <summary>A file's; "other" where it says none of the five.</summary>
    public static string Of(string? said) => All.FirstOrDefault(r => r.Equals(said, StringComparison.OrdinalIgnoreCase)) ?? All[^1];
}
