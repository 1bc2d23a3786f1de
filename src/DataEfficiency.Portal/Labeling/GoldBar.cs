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
        // what came before they were let go on counts no more
        var answers = db.Answers.Where(a => a.ProjectId == project.Id
            && people.Any(m => m.ProjectId == project.Id && m.UserId == a.UserId && a.CreatedAt > (m.GoldSince ?? 0)));
        return (await GoldReader.ReadAsync(db, project, answers, cancellation)).Where(g => g.Value.IsUnder(project.GoldLeast))
            .Select(g => g.Key).ToHashSet();
    }
}
