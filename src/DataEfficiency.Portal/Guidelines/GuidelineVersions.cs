using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Guidelines;

/// <summary>Keeps every version of a project's guideline.</summary>
internal static class GuidelineVersions
{
    /// <summary>Writes down the guideline where its text is another one now; the caller's SaveChanges writes it.</summary>
    /// <param name="before">Its text until now.</param>
    public static async Task KeepAsync(AppDbContext db, Project project, string before, string userId, long now,
        CancellationToken cancellation)
    {
        if (project.Guideline == before) return;
        db.Guidelines.Add(new GuidelineVersion
        {
            ProjectId = project.Id, Version = ++project.GuidelineVersion, Text = project.Guideline, CreatedBy = userId, CreatedAt = now,
        });
        AuditTrail.Add(db, now, userId, "project.guideline", project.GuidelineVersion > 1 ? $"{project.GuidelineVersion - 1}" : null,
            $"{project.GuidelineVersion}", project.Id);
        // who wrote it has read it
        await db.Memberships.Where(m => m.ProjectId == project.Id && m.UserId == userId)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.GuidelineSeen, project.GuidelineVersion), cancellation);
    }
}
