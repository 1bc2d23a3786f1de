using System.Numerics;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Reviewing;

/// <summary>
/// Which items wait for a review, read from the rows: their people do not agree, two skipped it, somebody flagged it, it was sent back
/// and is answered again, or the model of a check doubts its label. What gold items say is known. A review closes an item until something
/// newer is said of it; one that was sent back waits for its people.
/// </summary>
internal static class ReviewQueue
{
    /// <param name="userId">Whose own answers are left out.</param>
    public static async Task<ReviewList> ReadAsync(AppDbContext db, int projectId, string userId, CancellationToken cancellation)
    {
        var reviews = (await db.Reviews.Where(r => r.ProjectId == projectId)
            .Select(r => new { r.Id, r.ItemId, r.Verdict, r.CreatedAt }).ToListAsync(cancellation))
            .GroupBy(r => r.ItemId).ToDictionary(g => g.Key, g => g.MaxBy(r => r.Id)!);
        Dictionary<long, ReviewReasons> reasons = [];
        void Add(long item, ReviewReasons reason) => reasons[item] = reasons.GetValueOrDefault(item) | reason;
        bool IsNew(long item, long at) => !reviews.TryGetValue(item, out var review) || at > review.CreatedAt;

        foreach (var item in await db.Finals.Where(f => f.ProjectId == projectId && f.LabelId == null && f.By == FinalBy.None)
            .Select(f => f.ItemId).ToListAsync(cancellation)) Add(item, ReviewReasons.Disagreement);
        foreach (var flag in await db.Remarks.Where(r => r.ProjectId == projectId && r.Flagged)
            .Select(r => new { r.ItemId, r.UpdatedAt }).ToListAsync(cancellation))
            if (IsNew(flag.ItemId, flag.UpdatedAt)) Add(flag.ItemId, ReviewReasons.Flagged);
        foreach (var skips in await db.Skips.Where(s => s.ProjectId == projectId).GroupBy(s => s.ItemId)
            .Where(g => g.Count() >= First32.SkipLimit)
            .Select(g => new { Item = g.Key, At = g.Max(s => s.CreatedAt) }).ToListAsync(cancellation))
            if (IsNew(skips.Item, skips.At)) Add(skips.Item, ReviewReasons.Skipped);
        var doubts = (await SuspectReader.ReadAsync(db, projectId, cancellation)).ToDictionary(s => s.ItemId);
        foreach (var item in doubts.Keys) Add(item, ReviewReasons.Suspect);
        var back = reviews.Values.Where(r => r.Verdict == ReviewVerdict.SentBack).Select(r => r.ItemId).ToList();
        // what was taken back is not current: whatever is, was answered since
        var again = await db.Answers.Where(a => back.Contains(a.ItemId) && a.Current && a.Role == AnswerRole.Annotator && !a.Surplus
            && !db.Slots.Any(s => s.ItemId == a.ItemId && s.AnswerId == null)).Select(a => a.ItemId).Distinct().ToListAsync(cancellation);
        foreach (var item in again) Add(item, ReviewReasons.SentBack);
        foreach (var item in back.Except(again)) reasons.Remove(item);

        var (ids, own) = await VisibleAsync(db, projectId, userId, reasons.Keys, cancellation);
        return new([.. ids.Select(id => new OpenReview(id, reasons[id], reviews.GetValueOrDefault(id)?.Id ?? 0,
                doubts.GetValueOrDefault(id)))
            .OrderBy(o => BitOperations.TrailingZeroCount((int)o.Reasons)).ThenBy(o => o.Doubt?.Margin ?? 0).ThenBy(o => o.ItemId)], own);
    }

    private static async Task<(List<long> Items, int Own)> VisibleAsync(AppDbContext db, int projectId, string userId,
        IReadOnlyCollection<long> asked, CancellationToken cancellation)
    {
        // the sum: by the ids, not over all items of the project
        var seen = await db.Items.Where(i => asked.Contains(i.Id) && i.ProjectId + 0 == projectId && !i.Deleted
                && i.Split != ItemSplit.Gold
                && db.Projects.Any(p => p.Id == projectId && i.ImportId <= p.VisibleImport))
            .Select(i => new { i.Id, Own = OwnAnswers(db, userId).Any(a => a.ItemId == i.Id) }).ToListAsync(cancellation);
        return ([.. seen.Where(s => !s.Own).Select(s => s.Id)], seen.Count(s => s.Own));
    }

    /// <summary>Answers that somebody gave as one of an item's people, whatever became of them.</summary>
    public static IQueryable<Answer> OwnAnswers(AppDbContext db, string userId) =>
        db.Answers.Where(a => a.UserId == userId && a.Role == AnswerRole.Annotator);
}
