using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Agreement;

/// <summary>How people answer gold items, from the rows.</summary>
internal static class GoldReader
{
    /// <param name="answers">Of one project; only those to what the gold queue served count: an item that became gold later was answered
    /// with other eyes.</param>
    /// <returns>By person.</returns>
    public static async Task<Dictionary<string, GoldAccuracy>> ReadAsync(AppDbContext db, IQueryable<Answer> answers,
        CancellationToken cancellation)
    {
        var rows = await (from a in answers
                          where a.Current && a.Role == AnswerRole.Gold
                          join i in db.Items on a.ItemId equals i.Id
                          where i.Gold != null && !i.Deleted
                          select new { a.UserId, a.AnswerText, i.Gold, i.RightAnswers }).ToListAsync(cancellation);
        return rows.GroupBy(r => r.UserId).ToDictionary(g => g.Key, g => new GoldAccuracy(g.Count(),
            g.Count(r => GoldAnswers.Agree(r.Gold, r.RightAnswers, r.AnswerText) == true)));
    }
}
