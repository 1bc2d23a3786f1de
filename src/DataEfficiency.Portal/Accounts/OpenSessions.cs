using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Whether what somebody came in by still opens: what stays open (a circuit, a stream) outlives the request that was
/// asked.</summary>
public sealed class OpenSessions(IDbContextFactory<AppDbContext> contexts, IOptions<IdentityOptions> options, TimeProvider time)
{
    /// <summary>False after a new password, a change of role, deactivation, and of a token once it is revoked or over.</summary>
    public async Task<bool> IsOpenAsync(ClaimsPrincipal user, CancellationToken cancellation)
    {
        var (id, stamp) = (user.PersonId(), user.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType));
        var (token, now) = (TokenScope.IdOf(user), time.GetUtcNow().ToUnixTimeMilliseconds());
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Users.AnyAsync(u => u.Id == id && u.SecurityStamp == stamp && u.DeactivatedAt == null
            && (token == null || db.AccessTokens.Any(t => t.Id == token && t.RevokedAt == null
                && (t.ExpiresAt == null || t.ExpiresAt > now))), cancellation);
    }
}
