using System.Security.Claims;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>What came of making a link: the secret, readable only now, or why not.</summary>
public sealed record LinkMade(string? Secret, Said? Refusal)
{
    public static LinkMade Refused(Said why) => new(null, why);

    /// <summary>What is handed to the person; null where there is none.</summary>
    public string? UrlAt(NavigationManager navigation) =>
        Secret is null ? null : navigation.ToAbsoluteUri(AccountLinks.PathPrefix + Secret).ToString();
}

/// <summary>An unused link as /people shows it: whom it is for.</summary>
public sealed record OpenLink(int Id, LinkKind Kind, string For, long ExpiresAt);

/// <summary>
/// Invitation and reset links, so that no mail server is needed: 256 random bits, used once within 7 days, only their SHA-256 is stored.
/// What a link may do is checked when it is made and again when it is used, against its maker's rights of that moment.
/// </summary>
public sealed class AccountLinks(
    IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ProjectAccess access, NewAccounts accounts, RightsChanges rights,
    TimeProvider time)
{
    /// <summary>Where a link leads; the secret follows.</summary>
    public const string PathPrefix = "/link/";

    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private static Said Void =>
        AccountsWords.LinkVoid;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>An admin invites to anything; a lead to a project that they lead.</summary>
    public async Task<LinkMade> InviteAsync(ClaimsPrincipal by, string? globalRole, int? projectId, ProjectRole? role)
    {
        if (globalRole is not (null or GlobalRoles.Admin or GlobalRoles.Lead)) return LinkMade.Refused(AccountsWords.NoSuchRole(
            globalRole));
        if (role is { } given && !Enum.IsDefined(given)) return LinkMade.Refused(AccountsWords.NoSuchProjectRole($"{(int)given}"));
        if (!await access.IsAdminAsync(by))
        {
            if (globalRole is not null) return LinkMade.Refused(AccountsWords.OnlyAdminGivesRoles);
            if (projectId is null) return LinkMade.Refused(AccountsWords.ChooseAProject);
        }
        if (projectId is { } project && await access.RoleAsync(by, project) != ProjectRole.Lead)
            return LinkMade.Refused(AccountsWords.NotItsLead);
        return await StoreAsync(by, new AccountLink
        {
            Kind = LinkKind.Invitation,
            GlobalRole = globalRole,
            ProjectId = projectId,
            ProjectRole = projectId is null ? null : role ?? ProjectRole.Annotator,
            CreatedBy = by.PersonId()!,
        });
    }

    /// <summary>
    /// An admin resets anyone's password; a lead that of a person who works in that lead's projects alone. Whoever makes the link could
    /// use it, and would then see all that the person may see.
    /// </summary>
    public Task<LinkMade> ResetAsync(ClaimsPrincipal by, string userId) => ForPersonAsync(by, userId, LinkKind.PasswordReset);

    /// <summary>Joins the account to who opens it and signs in by the provider; it opens as much as a reset, so the same people may
    /// make it.</summary>
    public Task<LinkMade> SignInAsync(ClaimsPrincipal by, string userId) => ForPersonAsync(by, userId, LinkKind.SignIn);

    private async Task<LinkMade> ForPersonAsync(ClaimsPrincipal by, string userId, LinkKind kind) =>
        await access.MayResetAsync(by, userId) ? await StoreAsync(by, new AccountLink { Kind = kind, UserId = userId,
            CreatedBy = by.PersonId()! }) : LinkMade.Refused(AccountsWords.OnlyAdminResets);

    /// <summary>The link of this secret if it still works, without using it.</summary>
    public async Task<AccountLink?> FindAsync(string secret)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await WorkingAsync(db, Secrets.Hash(secret), CancellationToken.None);
    }

    /// <summary>The unused links that this person made (an admin sees everyone's), newest first.</summary>
    public async Task<List<OpenLink>> OpenAsync(ClaimsPrincipal by)
    {
        var all = await access.IsAdminAsync(by);
        var id = by.PersonId();
        var now = Now;
        await using var db = await contexts.CreateDbContextAsync();
        var links = await db.AccountLinks.AsNoTracking().Where(l => l.UsedAt == null && l.ExpiresAt > now && (all || l.CreatedBy == id))
            .OrderByDescending(l => l.Id)
            .Select(l => new
            {
                Link = l,
                Person = db.Users.Where(u => u.Id == l.UserId).Select(u => u.DisplayName).FirstOrDefault(),
                Project = db.Projects.Where(p => p.Id == l.ProjectId).Select(p => p.Name).FirstOrDefault(),
            }).ToListAsync();
        return [.. links.Select(l => new OpenLink(l.Link.Id, l.Link.Kind, Purpose(l.Link, l.Person, l.Project), l.Link.ExpiresAt))];
    }

    private static string Purpose(AccountLink link, string? person, string? project)
    {
        if (link.Kind == LinkKind.PasswordReset) return AccountsWords.NewPasswordFor(person);
        if (link.Kind == LinkKind.SignIn) return AccountsWords.SignInFor(person);
        return (link.GlobalRole, project) switch
        {
            (null, null) => AccountsWords.LinkForAccount,
            ({ } role, null) => AccountsWords.LinkForRole(role),
            (null, _) => AccountsWords.LinkForProject(projectRole: link.ProjectRole, project: project),
            var (role, _) => AccountsWords.LinkForBoth(role: role, projectRole: link.ProjectRole, project: project),
        };
    }

    public async Task WithdrawAsync(ClaimsPrincipal by, int linkId)
    {
        var id = by.PersonId()!;
        await writes.WriteAsync(async (db, token) =>
        {
            var all = await ProjectAccess.IsAdminAsync(db, id, token);
            if (await db.AccountLinks.Where(l => l.Id == linkId && l.UsedAt == null && (all || l.CreatedBy == id))
                .ExecuteDeleteAsync(token) == 0) return;
            AuditTrail.Add(db, time, id, "link.withdrawn", $"link {linkId}");
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
    }

    /// <summary>Uses an invitation. Returns the errors to show; none means that the account is there.</summary>
    public async Task<IReadOnlyList<string>> AcceptAsync(string secret, string displayName, string userName, string password)
    {
        // whoever has no link does not get a password hashed
        if (await FindAsync(secret) is not { Kind: LinkKind.Invitation }) return [Void];
        var (user, errors) = await accounts.PrepareAsync(displayName, userName, password);
        if (errors.Count > 0) return errors;
        return await UseAsync(secret, LinkKind.Invitation, (db, link, token) => AddPersonAsync(db, link, user, token));
    }

    /// <summary>Adds whom an invitation is for, with the roles that it gives. Returns what is wrong, or null.</summary>
    internal async Task<string?> AddPersonAsync(AppDbContext db, AccountLink link, AppUser user, CancellationToken token)
    {
        if (await NewAccounts.AddAsync(db, user, link.GlobalRole, token) is { } refusal) return refusal;
        if (link.ProjectId is { } project)
            db.Memberships.Add(new Membership { ProjectId = project, UserId = user.Id, Role = link.ProjectRole ?? ProjectRole.Annotator,
                CreatedAt = Now });
        AuditTrail.Add(db, time, user.Id, "link.accepted", after: $"invitation by {link.CreatedBy}", projectId: link.ProjectId);
        return null;
    }

    /// <summary>Uses a reset link: the new password works at once, open sessions, tokens and links end. Returns the errors to
    /// show.</summary>
    public async Task<IReadOnlyList<string>> SetPasswordAsync(string secret, string password)
    {
        if (await FindAsync(secret) is not { Kind: LinkKind.PasswordReset, UserId: { } userId }) return [Void];
        var (hash, errors) = await accounts.HashAsync(userId, password);
        if (errors.Count > 0) return errors;
        errors = await UseAsync(secret, LinkKind.PasswordReset, async (db, link, token) =>
        {
            await StorePasswordAsync(db, userId, hash, token);
            // whoever had the account may have put one of their own there
            await db.UserPasskeys.Where(p => p.UserId == userId).ExecuteDeleteAsync(token);
            AuditTrail.Add(db, time, userId, "password.reset", after: $"link by {link.CreatedBy}");
            return null;
        });
        if (errors.Count == 0) rights.Announce(userId);
        return errors;
    }

    /// <summary>A person's own new password, after the old one was asked for: what else is open ends as with a reset.</summary>
    /// <returns>The errors to show; and where there are none, the stamp that this browser goes on with.</returns>
    public async Task<(IReadOnlyList<string> Errors, string Stamp)> ChangePasswordAsync(string userId, string password)
    {
        var (hash, errors) = await accounts.HashAsync(userId, password);
        if (errors.Count > 0) return (errors, "");
        var stamp = await writes.WriteAsync(async (db, token) =>
        {
            var made = await StorePasswordAsync(db, userId, hash, token);
            AuditTrail.Add(db, time, userId, "password.changed");
            await db.SaveChangesAsync(token);
            return made;
        }, CancellationToken.None);
        rights.Announce(userId);
        return ([], stamp);
    }

    private async Task<string> StorePasswordAsync(AppDbContext db, string userId, string? hash, CancellationToken cancellation)
    {
        await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(s => s.SetProperty(u => u.PasswordHash, hash)
            .SetProperty(u => u.LockoutEnd, (DateTimeOffset?)null).SetProperty(u => u.AccessFailedCount, 0), cancellation);
        return await RightsChanges.EndOpenAsync(db, userId, Now, cancellation);
    }

    // claim and account in one transaction: two people with one link make one account, and a refused name does not use it up
    internal async Task<IReadOnlyList<string>> UseAsync(string secret, LinkKind kind,
        Func<AppDbContext, AccountLink, CancellationToken, Task<string?>> work)
    {
        try
        {
            await writes.WriteAsync(async (db, token) =>
            {
                if (await WorkingAsync(db, Secrets.Hash(secret), token) is not { } link || link.Kind != kind) throw new Refused(Void);
                await db.AccountLinks.Where(l => l.Id == link.Id).ExecuteUpdateAsync(s => s.SetProperty(l => l.UsedAt, Now), token);
                if (await work(db, link, token) is { } refusal) throw new Refused(refusal);
                await db.SaveChangesAsync(token);
            }, CancellationToken.None);
            return [];
        }
        catch (Refused refused)
        {
            return [refused.Message];
        }
    }

    private async Task<AccountLink?> WorkingAsync(AppDbContext db, byte[] hash, CancellationToken cancellation)
    {
        var now = Now;
        var link = await db.AccountLinks.AsNoTracking()
            .FirstOrDefaultAsync(l => l.Hash == hash && l.UsedAt == null && l.ExpiresAt > now, cancellation);
        return link is not null && await ProjectAccess.MayGiveAsync(db, link, cancellation) ? link : null;
    }

    private async Task<LinkMade> StoreAsync(ClaimsPrincipal by, AccountLink link)
    {
        var secret = Secrets.New("");
        link.Hash = Secrets.Hash(secret);
        link.CreatedAt = Now;
        link.ExpiresAt = Now + (long)Lifetime.TotalMilliseconds;
        await writes.WriteAsync(Right.SignedIn(by), async (db, token) =>
        {
            db.AccountLinks.Add(link);
            var what = link.Kind == LinkKind.PasswordReset ? $"reset of {link.UserId}"
                : link.Kind == LinkKind.SignIn ? $"sign-in of {link.UserId}"
                : $"invitation, installation {link.GlobalRole ?? "none"}, project role {link.ProjectRole?.ToString() ?? "none"}";
            AuditTrail.Add(db, time, link.CreatedBy, "link.made", after: what, projectId: link.ProjectId);
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
        return new LinkMade(secret, null);
    }

    // rolls the transaction back with what to show
    private sealed class Refused(string message) : Exception(message);
}
