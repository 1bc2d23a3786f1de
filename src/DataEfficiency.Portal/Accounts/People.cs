using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>A person as /people shows them; the memberships are those in projects that the viewer leads.</summary>
public sealed record Person(string Id, string DisplayName, string UserName, IReadOnlyList<string> GlobalRoles, IReadOnlyList<PersonsProject> Projects, bool Deactivated)
{
    public string RoleWords => GlobalRoles.Count == 0 ? "–" : string.Join(", ", GlobalRoles);
}

public sealed record PersonsProject(int Id, string Name, ProjectRole Role);

/// <summary>The list of people and what admins and leads change about them. Every method checks who asks.</summary>
public sealed class People(IDbContextFactory<AppDbContext> contexts, IServiceScopeFactory scopes, WriteQueue writes, ProjectAccess access, TimeProvider time)
{
    private const string NotYours = "Only an admin can do this.";

    /// <summary>An admin sees everyone; a lead the members of the projects that they lead.</summary>
    public async Task<List<Person>> ListAsync(ClaimsPrincipal by)
    {
        var admin = await access.IsAdminAsync(by);
        var led = (await access.LedProjectsAsync(by)).ToDictionary(p => p.Id, p => p.Name);
        await using var db = await contexts.CreateDbContextAsync();
        var ids = led.Keys.ToList();
        var memberships = (await db.Memberships.AsNoTracking().Where(m => ids.Contains(m.ProjectId)).ToListAsync()).ToLookup(m => m.UserId);
        var roles = (await db.UserRoles.Join(db.Roles, u => u.RoleId, r => r.Id, (u, r) => new { u.UserId, r.Name }).ToListAsync()).ToLookup(r => r.UserId, r => r.Name!);
        var users = await db.Users.AsNoTracking().OrderBy(u => u.DisplayName).ToListAsync();
        return [.. users.Where(u => admin || memberships.Contains(u.Id)).Select(u => new Person(u.Id, u.DisplayName, u.UserName ?? "", [.. roles[u.Id].Order()],
            [.. memberships[u.Id].Select(m => new PersonsProject(m.ProjectId, led[m.ProjectId], m.Role)).OrderBy(p => p.Name)], u.DeactivatedAt is not null))];
    }

    public async Task<Person?> FindAsync(ClaimsPrincipal by, string userId) => (await ListAsync(by)).FirstOrDefault(p => p.Id == userId);

    /// <summary>Gives or takes the role for the whole installation. Returns why not, or null.</summary>
    public async Task<string?> SetGlobalRoleAsync(ClaimsPrincipal by, string userId, string? role)
    {
        if (!await access.IsAdminAsync(by)) return NotYours;
        if (role is not (null or GlobalRoles.Admin or GlobalRoles.Lead)) return $"There is no role '{role}'.";
        if (role != GlobalRoles.Admin && await IsLastAdminAsync(userId)) return "This is the only admin: make another one first.";
        return await ChangeAsync(userId, async (users, user) =>
        {
            await users.RemoveFromRolesAsync(user, await users.GetRolesAsync(user));
            if (role is not null) await users.AddToRoleAsync(user, role);
        });
    }

    /// <summary>Ends or reopens an account: sessions and tokens stop, labels and the name stay. Returns why not, or null.</summary>
    public async Task<string?> SetDeactivatedAsync(ClaimsPrincipal by, string userId, bool deactivated)
    {
        if (!await access.IsAdminAsync(by)) return NotYours;
        if (deactivated && await IsLastAdminAsync(userId)) return "This is the only admin: make another one first.";
        return await ChangeAsync(userId, (users, user) =>
        {
            user.DeactivatedAt = deactivated ? time.GetUtcNow().ToUnixTimeMilliseconds() : null;
            return users.UpdateAsync(user);
        });
    }

    /// <summary>Adds a person to a project or changes their role there. Returns why not, or null.</summary>
    public async Task<string?> SetMembershipAsync(ClaimsPrincipal by, int projectId, string userName, ProjectRole role)
    {
        if (await access.RoleAsync(by, projectId) != ProjectRole.Lead) return "You are no lead of this project.";
        var name = userName.Trim().ToUpperInvariant();
        return await writes.WriteAsync(async (db, token) =>
        {
            var user = await db.Users.FirstOrDefaultAsync(u => u.NormalizedUserName == name && u.DeactivatedAt == null, token);
            if (user is null) return $"Nobody here signs in as '{userName.Trim()}'. Invite them with a link.";
            var membership = await db.Memberships.FindAsync([projectId, user.Id], token);
            if (membership is null) db.Memberships.Add(new Membership { ProjectId = projectId, UserId = user.Id, Role = role, CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds() });
            else membership.Role = role;
            await db.SaveChangesAsync(token);
            return (string?)null;
        }, CancellationToken.None);
    }

    public async Task<string?> RemoveMembershipAsync(ClaimsPrincipal by, int projectId, string userId)
    {
        if (await access.RoleAsync(by, projectId) != ProjectRole.Lead) return "You are no lead of this project.";
        await writes.WriteAsync((db, token) => db.Memberships.Where(m => m.ProjectId == projectId && m.UserId == userId).ExecuteDeleteAsync(token), CancellationToken.None);
        return null;
    }

    private async Task<bool> IsLastAdminAsync(string userId)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var admins = await (from user in db.Users
                            where user.DeactivatedAt == null
                            join given in db.UserRoles on user.Id equals given.UserId
                            join role in db.Roles on given.RoleId equals role.Id
                            where role.Name == GlobalRoles.Admin
                            select user.Id).ToListAsync();
        return admins is [var only] && only == userId;
    }

    // a scope of its own: Identity's managers share one context, which two calls of one circuit must not
    private async Task<string?> ChangeAsync(string userId, Func<UserManager<AppUser>, AppUser, Task> change)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>();
        if (await users.FindByIdAsync(userId) is not { } user) return "This person is gone.";
        await change(users, user);
        // rights in open sessions are old now: a new stamp ends them
        await users.UpdateSecurityStampAsync(user);
        return null;
    }
}
