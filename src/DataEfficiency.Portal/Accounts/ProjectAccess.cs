using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Who may do what. Asked of the database on every call: a circuit lives for hours, a membership may end in between.</summary>
public sealed class ProjectAccess(IDbContextFactory<AppDbContext> contexts)
{
    private sealed record Standing(bool Admin, bool Exists, ProjectRole? Role)
    {
        public ProjectRole? RoleHere => !Exists ? null : Admin ? ProjectRole.Lead : Role;
    }

    // asked with every answer: put together once
    private static readonly Func<AppDbContext, int, string, Task<Standing?>> Standings =
        EF.CompileAsyncQuery((AppDbContext db, int projectId, string userId) => db.Users
            .Where(u => u.Id == userId && u.DeactivatedAt == null)
            .Select(u => new Standing(
                db.UserRoles.Any(r => r.UserId == userId && db.Roles.Any(role => role.Id == r.RoleId && role.Name == GlobalRoles.Admin)),
                db.Projects.Any(p => p.Id == projectId && p.DeletedAt == null),
                db.Memberships.Where(m => m.ProjectId == projectId && m.UserId == userId).Select(m => (ProjectRole?)m.Role)
                    .FirstOrDefault()))
            .FirstOrDefault());

    /// <summary>The user's role, null when the project does not exist (any more) or is not theirs. An admin counts as lead.</summary>
    public async Task<ProjectRole?> RoleAsync(ClaimsPrincipal user, int projectId)
    {
        if (user.PersonId() is not { } userId || !TokenScope.Opens(user, projectId)) return null;
        await using var db = await contexts.CreateDbContextAsync();
        return (await Standings(db, projectId, userId))?.RoleHere;
    }

    /// <summary>True for the admins of the installation.</summary>
    public async Task<bool> IsAdminAsync(ClaimsPrincipal user)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await HasRole(db, user.PersonId(), GlobalRoles.Admin).AnyAsync();
    }

    /// <summary>True for admins and global leads.</summary>
    public async Task<bool> MayCreateProjectsAsync(ClaimsPrincipal user)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await MayCreateProjectsAsync(db, user.PersonId(), CancellationToken.None);
    }

    /// <summary>True for admins, global leads, and leads of at least one project: they see the navigation of leads.</summary>
    public async Task<bool> LeadsAnythingAsync(ClaimsPrincipal user)
    {
        var id = user.PersonId();
        await using var db = await contexts.CreateDbContextAsync();
        return await HasRole(db, id, GlobalRoles.Admin, GlobalRoles.Lead).AnyAsync() || await Led(db, id).AnyAsync();
    }

    /// <summary>The projects that this person leads, by name; all of them for an admin, and of a token those that it opens.</summary>
    public async Task<List<Project>> LedProjectsAsync(ClaimsPrincipal user)
    {
        var id = user.PersonId();
        await using var db = await contexts.CreateDbContextAsync();
        var admin = await HasRole(db, id, GlobalRoles.Admin).AnyAsync();
        var (led, only) = (Led(db, id), TokenScope.ProjectOf(user));
        return await db.Projects.AsNoTracking()
            .Where(p => p.DeletedAt == null && (admin || led.Contains(p.Id)) && (only == null || p.Id == only)).OrderBy(p => p.Name)
            .ToListAsync();
    }

    /// <summary>Whether <paramref name="by"/> may make a password reset link for this person (see
    /// <see cref="AccountLinks.ResetAsync"/>).</summary>
    public async Task<bool> MayResetAsync(ClaimsPrincipal by, string userId)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await MayResetAsync(db, by.PersonId(), userId, CancellationToken.None);
    }

    /// <summary>Whether the maker of a link may, at this moment, give what it gives.</summary>
    internal static async Task<bool> MayGiveAsync(AppDbContext db, AccountLink link, CancellationToken cancellation)
    {
        if (link.Kind != LinkKind.Invitation) return await MayResetAsync(db, link.CreatedBy, link.UserId!, cancellation);
        if ((link.GlobalRole is not null || link.ProjectId is null) && !await IsAdminAsync(db, link.CreatedBy, cancellation)) return false;
        return link.ProjectId is not { } project || await IsLeadAsync(db, link.CreatedBy, project, cancellation);
    }

    // a lead: only where everything that the person may see is the lead's own
    private static async Task<bool> MayResetAsync(AppDbContext db, string? byId, string userId, CancellationToken cancellation)
    {
        if (!await db.Users.AnyAsync(u => u.Id == userId, cancellation)) return false;
        if (await HasRole(db, byId, GlobalRoles.Admin).AnyAsync(cancellation)) return true;
        var led = Led(db, byId);
        return await db.Memberships.AnyAsync(m => m.UserId == userId, cancellation)
            && !await db.Memberships.AnyAsync(m => m.UserId == userId && !led.Contains(m.ProjectId), cancellation)
            && !await db.UserRoles.AnyAsync(r => r.UserId == userId, cancellation);
    }

    internal static Task<bool> IsAdminAsync(AppDbContext db, string? userId, CancellationToken cancellation) =>
        HasRole(db, userId, GlobalRoles.Admin).AnyAsync(cancellation);

    internal static Task<bool> MayCreateProjectsAsync(AppDbContext db, string? userId, CancellationToken cancellation) =>
        HasRole(db, userId, GlobalRoles.Admin, GlobalRoles.Lead).AnyAsync(cancellation);

    /// <summary>Leads this project, or is an admin; the project is there.</summary>
    internal static async Task<bool> IsLeadAsync(AppDbContext db, string? userId, int projectId, CancellationToken cancellation) =>
        await db.Projects.AnyAsync(p => p.Id == projectId && p.DeletedAt == null, cancellation)
        && (await IsAdminAsync(db, userId, cancellation) || await Led(db, userId).ContainsAsync(projectId, cancellation));

    /// <summary>Decides what an item's answer is in the end; whose own answers are among those decided on is another question.</summary>
    internal static async Task<bool> MayReviewAsync(AppDbContext db, string userId, int projectId, CancellationToken cancellation) =>
        (await Standings(db, projectId, userId))?.RoleHere?.MayReview() == true;

    /// <summary>The projects whose lead this person is by membership; one that is deleted is nobody's, though its rows go later.</summary>
    internal static IQueryable<int> Led(AppDbContext db, string? userId) =>
        db.Memberships.Where(m => m.UserId == userId && m.Role == ProjectRole.Lead
            && db.Projects.Any(p => p.Id == m.ProjectId && p.DeletedAt == null)
            && db.Users.Any(u => u.Id == userId && u.DeactivatedAt == null)).Select(m => m.ProjectId);

    private static IQueryable<string> HasRole(AppDbContext db, string? userId, params string[] names) =>
        from user in db.Users
        where user.Id == userId && user.DeactivatedAt == null
        join given in db.UserRoles on user.Id equals given.UserId
        join role in db.Roles on given.RoleId equals role.Id
        where names.Contains(role.Name!)
        select role.Name!;
}
