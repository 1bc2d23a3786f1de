using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Asks every minute whether the person of an open circuit may still be signed in (password changed, deactivated).</summary>
internal sealed class CircuitAuthentication(ILoggerFactory loggers, IDbContextFactory<AppDbContext> contexts, IOptions<IdentityOptions> options)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromMinutes(1);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState state, CancellationToken cancellationToken)
    {
        var id = state.User.FindFirstValue(ClaimTypes.NameIdentifier);
        var stamp = state.User.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Users.AnyAsync(u => u.Id == id && u.SecurityStamp == stamp && u.DeactivatedAt == null, cancellationToken);
    }
}
