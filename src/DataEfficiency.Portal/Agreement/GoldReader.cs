using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Agreement;

/// <summary>How people answer gold items, from the rows.</summary>
internal static class GoldReader
{
    /// <param name="project">At least its kind and which version its answer set has.</param>
    /// <param name="answers">Of it; only those to what the gold queue served count: an item that became gold later was answered
    /// with other eyes.</param>
    /// <returns>By person.</returns>
    public static async Task<Dictionary<string, GoldAccuracy>> ReadAsync(AppDbContext db, Project project, IQueryable<Answer> answers,
        CancellationToken cancellation)
    {
        var rows = await (from a in answers
                          where a.Current && a.Role == AnswerRole.Gold
                          join i in db.Items on a.ItemId equals i.Id
                          where i.Gold != null && !i.Deleted
                          select new
                          {
                              a.UserId, i.Gold, i.RightAnswers,
                              Answer = new Answer { LabelId = a.LabelId, AnswerText = a.AnswerText, AnswerJson = a.AnswerJson },
                          }).ToListAsync(cancellation);
        var gold = await GoldTexts.OfAsync(db, project, cancellation);
        return rows.GroupBy(r => r.UserId).ToDictionary(g => g.Key, g => new GoldAccuracy(g.Count(),
            g.Count(r => gold.Agree(r.Gold, r.RightAnswers, r.Answer) == true)));
    }
}
