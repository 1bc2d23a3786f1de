using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Who answers too many gold items wrong gets no further item until a lead lets them go on, where the project asks for
/// that.</summary>
internal static class GoldBar
{
    public static async Task<bool> StopsAsync(AppDbContext db, Project project, string userId, CancellationToken cancellation) =>
        project.GoldBlocks && (await StoppedAsync(db, project, db.Memberships.Where(m => m.UserId == userId), cancellation)).Count > 0;

    /// <summary>Those of these people who are stopped.</summary>
    public static async Task<IReadOnlySet<string>> StoppedAsync(AppDbContext db, Project project, IQueryable<Membership> people,
        CancellationToken cancellation)
    {
        if (!project.GoldBlocks) return new HashSet<string>();
        var rows = await (from m in people
                          where m.ProjectId == project.Id
                          join a in db.Answers on m.UserId equals a.UserId
                          // what came before they were let go on counts no more
                          where a.ProjectId == project.Id && a.Current && a.Role == AnswerRole.Gold && a.CreatedAt > (m.GoldSince ?? 0)
                          join i in db.Items on a.ItemId equals i.Id
                          where i.Gold != null && !i.Deleted
                          select new { a.UserId, a.AnswerText, i.Gold, i.RightAnswers }).ToListAsync(cancellation);
        return rows.GroupBy(r => r.UserId).Where(g => new GoldAccuracy(g.Count(),
                g.Count(r => GoldAnswers.Agree(r.Gold, r.RightAnswers, r.AnswerText) == true)).IsUnder(project.GoldLeast))
            .Select(g => g.Key).ToHashSet();
    }
}
