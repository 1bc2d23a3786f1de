using System.Security.Claims;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>A person as /people shows them; the memberships are those in projects that the viewer leads.</summary>
/// <param name="Joined">Signs in by the provider.</param>
public sealed record Person(string Id, string DisplayName, string UserName, IReadOnlyList<string> GlobalRoles,
    IReadOnlyList<PersonsProject> Projects, bool Deactivated, bool Joined)
{
    public string RoleWords => GlobalRoles.Count == 0 ? "–"
        : string.Join(", ", GlobalRoles.Select(r => AccountsWords.RoleOfInstallation(r)));
}

public sealed record PersonsProject(int Id, string Name, ProjectRole Role);

/// <summary>The list of people and what admins and leads change about them. Every method checks who asks.</summary>
public sealed class People(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ProjectAccess access, RightsChanges rights,
    TimeProvider time)
{
    private static string NotYours => AccountsWords.OnlyAnAdmin;

    private static string OnlyAdmin => AccountsWords.OnlyAdminLeft;

    /// <summary>An admin sees everyone; a lead the members of the projects that they lead.</summary>
    public async Task<List<Person>> ListAsync(ClaimsPrincipal by)
    {
        var admin = await access.IsAdminAsync(by);
        var led = (await access.LedProjectsAsync(by)).ToDictionary(p => p.Id, p => p.Name);
        await using var db = await contexts.CreateDbContextAsync();
        var ids = led.Keys.ToList();
        var memberships = (await db.Memberships.AsNoTracking().Where(m => ids.Contains(m.ProjectId)).ToListAsync()).ToLookup(m => m.UserId);
        var roles = (await db.UserRoles.Join(db.Roles, u => u.RoleId, r => r.Id, (u, r) => new { u.UserId, r.Name }).ToListAsync())
            .ToLookup(r => r.UserId, r => r.Name!);
        var joined = (await db.UserLogins.Select(l => l.UserId).ToListAsync()).ToHashSet();
        var users = await db.Users.AsNoTracking().Where(u => !u.IsExternal).OrderBy(u => u.DisplayName).ToListAsync();
        return [.. users.Where(u => admin || memberships.Contains(u.Id))
            .Select(u => new Person(u.Id, u.DisplayName, u.UserName ?? "", [.. roles[u.Id].Order()],
            [.. memberships[u.Id].Select(m => new PersonsProject(m.ProjectId, led[m.ProjectId], m.Role)).OrderBy(p => p.Name)],
                u.DeactivatedAt is not null, joined.Contains(u.Id)))];
    }

    public async Task<Person?> FindAsync(ClaimsPrincipal by, string userId) => (await ListAsync(by)).FirstOrDefault(p => p.Id == userId);

    /// <summary>Gives or takes the role for the whole installation. Returns why not, or null.</summary>
    public Task<string?> SetGlobalRoleAsync(ClaimsPrincipal by, string userId, string? role) =>
        ChangeAsync(by, userId, async (db, now, token) =>
    {
        if (role is not (null or GlobalRoles.Admin or GlobalRoles.Lead)) return AccountsWords.NoSuchRole(role);
        if (role != GlobalRoles.Admin && await IsLastAdminAsync(db, userId, token)) return OnlyAdmin;
        var before = await RolesAsync(db, userId, token);
        await GiveRoleAsync(db, userId, role, token);
        AuditTrail.Add(db, time, by.PersonId()!, "role.set", $"{userId}: {string.Join(", ", before)}", $"{userId}: {role ?? "none"}");
        return null;
    });

    /// <summary>Ends or reopens an account: sessions and tokens stop, labels and the name stay. Returns why not, or null.</summary>
    public Task<string?> SetDeactivatedAsync(ClaimsPrincipal by, string userId, bool deactivated) =>
        ChangeAsync(by, userId, async (db, now, token) =>
    {
        if (deactivated && await IsLastAdminAsync(db, userId, token)) return OnlyAdmin;
        var at = deactivated ? now : (long?)null;
        await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(s => s.SetProperty(u => u.DeactivatedAt, at), token);
        AuditTrail.Add(db, time, by.PersonId()!, deactivated ? "person.deactivated" : "person.reactivated", after: userId);
        return null;
    });

    /// <summary>Parts the account from the provider's; sessions end. Returns why not, or null.</summary>
    public Task<string?> PartAsync(ClaimsPrincipal by, string userId) => ChangeAsync(by, userId, async (db, now, token) =>
    {
        var logins = await db.UserLogins.Where(l => l.UserId == userId).ToListAsync(token);
        db.UserLogins.RemoveRange(logins);
        AuditTrail.Add(db, now, by.PersonId()!, "person.parted", $"{userId}: {string.Join(", ", logins.Select(l => l.LoginProvider))}");
        return null;
    });

    internal static Task<List<string?>> RolesAsync(AppDbContext db, string userId, CancellationToken cancellation) =>
        db.UserRoles.Where(r => r.UserId == userId).Join(db.Roles, u => u.RoleId, r => r.Id, (u, r) => r.Name).ToListAsync(cancellation);

    internal static async Task GiveRoleAsync(AppDbContext db, string userId, string? role, CancellationToken cancellation)
    {
        await db.UserRoles.Where(r => r.UserId == userId).ExecuteDeleteAsync(cancellation);
        if (role is not null)
            db.UserRoles.Add(new IdentityUserRole<string> { UserId = userId,
                RoleId = await db.Roles.Where(r => r.Name == role).Select(r => r.Id).SingleAsync(cancellation) });
    }

    internal static async Task<bool> IsLastAdminAsync(AppDbContext db, string userId, CancellationToken cancellation)
    {
        var admins = await (from user in db.Users
                            where user.DeactivatedAt == null
                            join given in db.UserRoles on user.Id equals given.UserId
                            join role in db.Roles on given.RoleId equals role.Id
                            where role.Name == GlobalRoles.Admin
                            select user.Id).ToListAsync(cancellation);
        return admins is [var only] && only == userId;
    }

    // who asks, the rule and the change in one transaction: two admins at once cannot demote each other
    private async Task<string?> ChangeAsync(ClaimsPrincipal by, string userId,
        Func<AppDbContext, long, CancellationToken, Task<string?>> change)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var refusal = await writes.WriteAsync(Right.Admin(by.PersonId()), async (db, token) =>
        {
            if (!await db.Users.AnyAsync(u => u.Id == userId && !u.IsExternal, token)) return AccountsWords.PersonGone;
            if (await change(db, now, token) is { } why) return why;
            await RightsChanges.EndOpenAsync(db, userId, now, token);
            await db.SaveChangesAsync(token);
            return (string?)null;
        }, CancellationToken.None, () => NotYours);
        if (refusal is null) rights.Announce(userId);
        return refusal;
    }
}
