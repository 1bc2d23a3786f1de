using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Who may do what in a project. Asked on every call: a circuit lives for hours, a membership may end in between.</summary>
public sealed class ProjectAccess(IDbContextFactory<AppDbContext> contexts)
{
    /// <summary>The user's role, null when the project does not exist (any more) or is not theirs. An admin counts as lead.</summary>
    public async Task<ProjectRole?> RoleAsync(ClaimsPrincipal user, int projectId)
    {
        if (user.FindFirstValue(ClaimTypes.NameIdentifier) is not { } userId) return null;
        await using var db = await contexts.CreateDbContextAsync();
        var found = await db.Users.Where(u => u.Id == userId && u.DeactivatedAt == null)
            .Select(u => new
            {
                Admin = db.UserRoles.Any(r => r.UserId == userId && db.Roles.Any(role => role.Id == r.RoleId && role.Name == GlobalRoles.Admin)),
                Exists = db.Projects.Any(p => p.Id == projectId && p.DeletedAt == null),
                Role = db.Memberships.Where(m => m.ProjectId == projectId && m.UserId == userId).Select(m => (ProjectRole?)m.Role).FirstOrDefault(),
            })
            .FirstOrDefaultAsync();
        if (found is not { Exists: true }) return null;
        return found.Admin ? ProjectRole.Lead : found.Role;
    }

    /// <summary>True for admins, global leads, and leads of at least one project: they see the navigation of leads.</summary>
    public async Task<bool> LeadsAnythingAsync(ClaimsPrincipal user)
    {
        if (user.IsInRole(GlobalRoles.Admin) || user.IsInRole(GlobalRoles.Lead)) return true;
        if (user.FindFirstValue(ClaimTypes.NameIdentifier) is not { } userId) return false;
        await using var db = await contexts.CreateDbContextAsync();
        return await db.Memberships.AnyAsync(m => m.UserId == userId && m.Role == ProjectRole.Lead);
    }
}
