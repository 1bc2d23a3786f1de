using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace DataEfficiency.Portal.Accounts;

/// <summary>
/// Whether the person of an open circuit may still be signed in: asked every few seconds of the changes that this process has made, and
/// of the database where there was one (a new password, a role, deactivation), else once a minute.
/// </summary>
internal sealed class CircuitAuthentication(ILoggerFactory loggers, OpenSessions sessions, RightsChanges rights, TimeProvider time)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    private static readonly TimeSpan AtLeast = TimeSpan.FromMinutes(1);
    private DateTimeOffset _asked = time.GetUtcNow();

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(4);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState state, CancellationToken cancellationToken)
    {
        var id = state.User.FindFirstValue(ClaimTypes.NameIdentifier);
        var now = time.GetUtcNow();
        if (now - _asked < AtLeast && !rights.IsSince(id, _asked)) return true;
        _asked = now;
        return await sessions.IsOpenAsync(state.User, cancellationToken);
    }
}
