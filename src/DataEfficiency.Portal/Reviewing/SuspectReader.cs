using System.Text.Json;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Reviewing;

/// <summary>Suspects from the newest check whose model told what share each answer has of items that it had not seen.</summary>
internal static class SuspectReader
{
    /// <returns>Never items of a test set, and none that was reviewed after the check.</returns>
    public static async Task<IReadOnlyList<Suspect>> ReadAsync(AppDbContext db, int projectId, CancellationToken cancellation)
    {
        var pool = db.CheckPredictions.Where(p => p.Shares != null && db.Items.Any(i => i.Id == p.ItemId && i.Split == ItemSplit.Pool));
        var check = await db.Checks.Where(c => c.ProjectId == projectId && pool.Any(p => p.CheckId == c.Id))
            .OrderByDescending(c => c.Id).Select(c => new { c.Id, c.CreatedAt }).FirstOrDefaultAsync(cancellation);
        if (check is null) return [];
        var rows = await (from p in pool
                          where p.CheckId == check.Id
                          join f in db.Finals on p.ItemId equals f.ItemId
                          where f.AnswerId != null
                          join l in db.Labels on f.LabelId equals l.Id
                          select new { p.ItemId, l.AnswerText, p.Shares }).ToListAsync(cancellation);
        var reviewed = (await db.Reviews.Where(r => r.ProjectId == projectId && r.CreatedAt >= check.CreatedAt).Select(r => r.ItemId)
            .ToListAsync(cancellation)).ToHashSet();
        var expected = rows.Select(r => new ExpectedAnswer(r.ItemId, r.AnswerText,
            JsonSerializer.Deserialize<Dictionary<string, double>>(r.Shares!)!)).ToList();
        // all of them tell what is usual, those that are settled too
        return [.. Suspects.Of(expected).Where(s => !reviewed.Contains(s.ItemId))];
    }
}
