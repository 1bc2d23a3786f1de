using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Whose account a person of the provider opens: the one that was joined to issuer and subject; at the first time that of a link,
/// or a new one where an invitation or the installation admits.</summary>
internal sealed class OidcPeople(WriteQueue writes, AccountLinks links, NewAccounts accounts, RightsChanges rights,
    IOptions<OidcOptions> options, TimeProvider time)
{
    private readonly OidcOptions _options = options.Value;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <param name="secret">Of a link that was opened first; null: none was.</param>
    public async Task<(string? UserId, OidcRefusal? Refusal)> EnterAsync(OidcPerson person, string? secret)
    {
        var (id, refusal) = secret is null ? await OpenAsync(person) : await AcceptAsync(person, secret);
        if (id is not null && _options.RoleClaim is { Length: > 0 }) await SetRoleAsync(person, id);
        return (id, refusal);
    }

    private async Task<(string?, OidcRefusal?)> OpenAsync(OidcPerson person)
    {
        // names are checked before the one write transaction
        var (made, errors) = await accounts.PrepareAsync(person.DisplayName, person.UserName, null);
        return await writes.WriteAsync<(string?, OidcRefusal?)>(async (db, token) =>
        {
            if (await UserOfAsync(db, person, token) is { } joined)
                return joined is { DeactivatedAt: null, IsExternal: false } ? (joined.Id, null) : (null, OidcRefusal.Deactivated);
            var same = await db.Users.FirstOrDefaultAsync(u => u.NormalizedUserName == made.NormalizedUserName, token);
            if (same is { IsExternal: false } && _options.LinkByEmail && person.IsVerified && made.NormalizedEmail is not null)
            {
                if (same.DeactivatedAt is not null) return (null, OidcRefusal.Deactivated);
                return (await JoinAsync(db, person, same.Id, token), null);
            }
            if (!person.IsAdmitted(_options)) return (null, OidcRefusal.Unknown);
            if (errors.Count > 0 || await NewAccounts.AddAsync(db, made, null, token) is not null) return (null, OidcRefusal.NameTaken);
            AuditTrail.Add(db, Now, made.Id, "person.admitted", after: person.UserName);
            return (await JoinAsync(db, person, made.Id, token), null);
        }, CancellationToken.None);
    }

    private async Task<(string?, OidcRefusal?)> AcceptAsync(OidcPerson person, string secret)
    {
        if (await links.FindAsync(secret) is not { } found || found.Kind == LinkKind.PasswordReset) return (null, OidcRefusal.Link);
        var (made, errors) = await accounts.PrepareAsync(person.DisplayName, person.UserName, null);
        OidcRefusal? refusal = null;
        var id = made.Id;
        var failed = await links.UseAsync(secret, found.Kind, async (db, link, token) =>
        {
            if (await UserOfAsync(db, person, token) is not null) refusal = OidcRefusal.OtherAccount;
            else if (link.Kind == LinkKind.SignIn)
            {
                id = link.UserId!;
                if (await db.Users.AnyAsync(u => u.Id == id && u.DeactivatedAt != null, token)) refusal = OidcRefusal.Deactivated;
            }
            else if (errors.Count > 0 || await links.AddPersonAsync(db, link, made, token) is not null) refusal = OidcRefusal.NameTaken;
            if (refusal is { } why) return why.ToString();
            await JoinAsync(db, person, id, token);
            return null;
        });
        return failed.Count > 0 ? (null, refusal ?? OidcRefusal.Link) : (id, null);
    }

    private static Task<AppUser?> UserOfAsync(AppDbContext db, OidcPerson person, CancellationToken cancellation) =>
        db.Users.FirstOrDefaultAsync(u => db.UserLogins.Any(l => l.UserId == u.Id && l.LoginProvider == person.Issuer
            && l.ProviderKey == person.Subject), cancellation);

    private async Task<string> JoinAsync(AppDbContext db, OidcPerson person, string userId, CancellationToken cancellation)
    {
        db.UserLogins.Add(new IdentityUserLogin<string> { LoginProvider = person.Issuer, ProviderKey = person.Subject, UserId = userId,
            ProviderDisplayName = _options.Name });
        AuditTrail.Add(db, Now, userId, "person.joined", after: $"{person.Issuer} {person.Subject}");
        await db.SaveChangesAsync(cancellation);
        return userId;
    }

    // as an admin would set it, so that what the person had open ends; the last admin stays one
    private async Task SetRoleAsync(OidcPerson person, string userId)
    {
        var role = person.Has(_options.RoleClaim, _options.AdminValue) ? GlobalRoles.Admin
            : person.Has(_options.RoleClaim, _options.LeadValue) ? GlobalRoles.Lead : null;
        var changed = await writes.WriteAsync(async (db, token) =>
        {
            var before = await People.RolesAsync(db, userId, token);
            if (before.SequenceEqual(role is null ? [] : [role])) return false;
            if (role != GlobalRoles.Admin && await People.IsLastAdminAsync(db, userId, token)) return false;
            await People.GiveRoleAsync(db, userId, role, token);
            AuditTrail.Add(db, Now, userId, "role.set", $"{userId}: {string.Join(", ", before)}",
                $"{userId}: {role ?? "none"} ({_options.Name})");
            await RightsChanges.EndOpenAsync(db, userId, Now, token);
            await db.SaveChangesAsync(token);
            return true;
        }, CancellationToken.None);
        if (changed) rights.Announce(userId);
    }
}
