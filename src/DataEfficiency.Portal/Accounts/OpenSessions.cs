using System.Globalization;
using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Whether what somebody came in by still opens: what stays open (a circuit, a stream) outlives the request that was
/// asked.</summary>
public sealed class OpenSessions(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, RightsChanges rights, TimeProvider time)
{
    private static readonly string Stamp = new ClaimsIdentityOptions().SecurityStampClaimType;

    // of a row of Identity's table of people's tokens, whose name is the session and whose value is when it ended
    private const string Ended = "ended-session";

    /// <summary>False after signing out, a new password, a change of role, deactivation, and of a token once it is revoked or
    /// over.</summary>
    public async Task<bool> IsOpenAsync(ClaimsPrincipal user, CancellationToken cancellation)
    {
        var (token, now) = (TokenScope.IdOf(user), time.GetUtcNow().ToUnixTimeMilliseconds());
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await IsSignedInAsync(db, user, cancellation) && (token is null || await db.AccessTokens.AnyAsync(t => t.Id == token
            && t.RevokedAt == null && (t.ExpiresAt == null || t.ExpiresAt > now), cancellation));
    }

    /// <summary>Has not signed out, and nothing that ends sessions has happened since.</summary>
    internal static async Task<bool> IsSignedInAsync(AppDbContext db, ClaimsPrincipal user, CancellationToken cancellation)
    {
        var (id, stamp) = (user.PersonId(), user.FindFirstValue(Stamp));
        return !await IsEndedAsync(db, user, cancellation)
            && await db.Users.AnyAsync(u => u.Id == id && u.SecurityStamp == stamp && u.DeactivatedAt == null, cancellation);
    }

    /// <summary>Whether the person has signed out of this session: a copy of its cookie opens nothing any more.</summary>
    public async Task<bool> IsEndedAsync(ClaimsPrincipal user, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await IsEndedAsync(db, user, cancellation);
    }

    /// <summary>Ends the session and what it has open; the person's others go on.</summary>
    public async Task EndAsync(ClaimsPrincipal user, CancellationToken cancellation)
    {
        if (user.PersonId() is not { } id || user.FindFirstValue(PortalClaims.Session) is not { } session) return;
        var now = time.GetUtcNow();
        // no cookie of an older one is good any more
        var old = Value(now - AccountCookie.Lifetime - TimeSpan.FromDays(1));
        await writes.WriteAsync(async (db, token) =>
        {
            await db.UserTokens.Where(t => t.LoginProvider == Ended && t.Value!.CompareTo(old) < 0).ExecuteDeleteAsync(token);
            if (await IsEndedAsync(db, user, token)) return;
            db.UserTokens.Add(new() { UserId = id, LoginProvider = Ended, Name = session, Value = Value(now) });
            await db.SaveChangesAsync(token);
        }, cancellation);
        rights.Announce(id);
    }

    private static string Value(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static async Task<bool> IsEndedAsync(AppDbContext db, ClaimsPrincipal user, CancellationToken cancellation) =>
        user.FindFirstValue(PortalClaims.Session) is { } session && user.PersonId() is { } id
        && await db.UserTokens.AnyAsync(t => t.UserId == id && t.LoginProvider == Ended && t.Name == session, cancellation);
}
