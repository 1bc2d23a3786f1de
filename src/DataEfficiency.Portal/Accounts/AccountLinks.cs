using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>What came of making a link: the secret, readable only now, or why not.</summary>
public sealed record LinkMade(string? Secret, string? Refusal)
{
    public static LinkMade Refused(string why) => new(null, why);
}

/// <summary>
/// Invitation and reset links, so that no mail server is needed: 256 random bits, used once within 7 days, only their SHA-256 is stored.
/// </summary>
public sealed class AccountLinks(
    IDbContextFactory<AppDbContext> contexts, IServiceScopeFactory scopes, WriteQueue writes, ProjectAccess access, TimeProvider time)
{
    /// <summary>Where a link leads; the secret follows.</summary>
    public const string PathPrefix = "/link/";

    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>An admin invites to anything; a lead to a project that they lead.</summary>
    public async Task<LinkMade> InviteAsync(ClaimsPrincipal by, string? globalRole, int? projectId, ProjectRole? role)
    {
        if (globalRole is not (null or GlobalRoles.Admin or GlobalRoles.Lead)) return LinkMade.Refused($"There is no role '{globalRole}'.");
        if (!await access.IsAdminAsync(by))
        {
            if (globalRole is not null) return LinkMade.Refused("Only an admin gives roles for the whole installation.");
            if (projectId is null) return LinkMade.Refused("Choose the project that the person shall work in.");
        }
        if (projectId is { } project && await access.RoleAsync(by, project) != ProjectRole.Lead)
            return LinkMade.Refused("You are no lead of this project.");
        return await StoreAsync(new AccountLink
        {
            Kind = LinkKind.Invitation,
            GlobalRole = globalRole,
            ProjectId = projectId,
            ProjectRole = projectId is null ? null : role ?? ProjectRole.Annotator,
            CreatedBy = by.FindFirstValue(ClaimTypes.NameIdentifier)!,
        });
    }

    /// <summary>
    /// An admin resets anyone's password; a lead that of a member of their projects. Whoever makes the link could use it, so a lead may
    /// not reset a person who has rights that the lead lacks: an admin, or the lead of another project.
    /// </summary>
    public async Task<LinkMade> ResetAsync(ClaimsPrincipal by, string userId)
    {
        if (!await access.MayResetAsync(by, userId)) return LinkMade.Refused("Only an admin can reset this person's password.");
        return await StoreAsync(new AccountLink { Kind = LinkKind.PasswordReset, UserId = userId, CreatedBy = by.FindFirstValue(ClaimTypes.NameIdentifier)! });
    }

    /// <summary>The link of this secret if it still works, without using it.</summary>
    public async Task<AccountLink?> FindAsync(string secret)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await Working(db, Secrets.Hash(secret)).AsNoTracking().FirstOrDefaultAsync();
    }

    /// <summary>The unused links that this person made (an admin sees everyone's), newest first.</summary>
    public async Task<List<AccountLink>> OpenAsync(ClaimsPrincipal by)
    {
        var all = await access.IsAdminAsync(by);
        var id = by.FindFirstValue(ClaimTypes.NameIdentifier);
        var now = Now;
        await using var db = await contexts.CreateDbContextAsync();
        return await db.AccountLinks.AsNoTracking().Where(l => l.UsedAt == null && l.ExpiresAt > now && (all || l.CreatedBy == id))
            .OrderByDescending(l => l.Id).ToListAsync();
    }

    public async Task WithdrawAsync(ClaimsPrincipal by, int linkId)
    {
        var all = await access.IsAdminAsync(by);
        var id = by.FindFirstValue(ClaimTypes.NameIdentifier);
        await writes.WriteAsync((db, token) => db.AccountLinks.Where(l => l.Id == linkId && (all || l.CreatedBy == id)).ExecuteDeleteAsync(token), CancellationToken.None);
    }

    /// <summary>Uses an invitation. Returns the errors to show; none means that the account is there.</summary>
    public Task<IReadOnlyList<string>> AcceptAsync(string secret, string displayName, string userName, string password) =>
        UseAsync(secret, LinkKind.Invitation, async (db, users, link) =>
        {
            var user = NewAccounts.Make(displayName, userName, time);
            var result = await users.CreateAsync(user, password);
            if (!result.Succeeded) return result;
            if (link.GlobalRole is { } role) result = await users.AddToRoleAsync(user, role);
            if (link.ProjectId is { } project && await db.Projects.AnyAsync(p => p.Id == project && p.DeletedAt == null))
            {
                db.Memberships.Add(new Membership { ProjectId = project, UserId = user.Id, Role = link.ProjectRole ?? ProjectRole.Annotator, CreatedAt = Now });
                await db.SaveChangesAsync();
            }
            return result;
        });

    /// <summary>Uses a reset link: the new password works at once, open sessions end. Returns the errors to show.</summary>
    public Task<IReadOnlyList<string>> SetPasswordAsync(string secret, string password) =>
        UseAsync(secret, LinkKind.PasswordReset, async (_, users, link) =>
        {
            if (await users.FindByIdAsync(link.UserId!) is not { } user) return IdentityResult.Failed(new IdentityError { Description = "This account is gone." });
            var result = await users.ResetPasswordAsync(user, await users.GeneratePasswordResetTokenAsync(user), password);
            if (result.Succeeded) await users.SetLockoutEndDateAsync(user, null);
            return result;
        });

    // claim and account in one transaction: two people with one link make one account, and a refused password does not use it up
    private async Task<IReadOnlyList<string>> UseAsync(string secret, LinkKind kind, Func<AppDbContext, UserManager<AppUser>, AccountLink, Task<IdentityResult>> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable);
        var link = await Working(db, Secrets.Hash(secret)).FirstOrDefaultAsync(l => l.Kind == kind);
        if (link is null) return ["This link was used already or is older than 7 days. Ask for a new one."];
        link.UsedAt = Now;
        await db.SaveChangesAsync();
        var result = await work(db, scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>(), link);
        if (!result.Succeeded) return [.. result.Errors.Select(e => e.Description)];
        await transaction.CommitAsync();
        return [];
    }

    // the maker must still be here: a link of someone who was deactivated is void
    private IQueryable<AccountLink> Working(AppDbContext db, byte[] hash)
    {
        var now = Now;
        return db.AccountLinks.Where(l => l.Hash == hash && l.UsedAt == null && l.ExpiresAt > now && db.Users.Any(u => u.Id == l.CreatedBy && u.DeactivatedAt == null));
    }

    private async Task<LinkMade> StoreAsync(AccountLink link)
    {
        var secret = Secrets.New("");
        link.Hash = Secrets.Hash(secret);
        link.CreatedAt = Now;
        link.ExpiresAt = Now + (long)Lifetime.TotalMilliseconds;
        await writes.WriteAsync(async (db, token) =>
        {
            db.AccountLinks.Add(link);
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
        return new LinkMade(secret, null);
    }
}
