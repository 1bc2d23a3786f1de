using System.Security.Claims;
using System.Text.Encodings.Web;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Accounts;

/// <summary>
/// <c>Authorization: Bearer TOKEN</c> on /api and /hubs. A browser's WebSocket cannot send headers, so SignalR's
/// <c>access_token</c> query is taken too, but on /hubs only: addresses end up in logs.
/// </summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, AccessTokens tokens,
        TokenHolders holders, IUserClaimsPrincipalFactory<AppUser> claims)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "Token";

    public static bool Applies(HttpRequest request) => Read(request) is not null;

    /// <summary>True when this request was authenticated by a token, so that no other site can have caused it.</summary>
    public static bool WasUsed(ClaimsPrincipal user) => user.Identity?.AuthenticationType == Scheme;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Read(Request) is not { } secret) return AuthenticateResult.NoResult();
        if (holders.Of(secret) is not { } holder)
        {
            var asked = TimeProvider.GetUtcNow();
            if (await tokens.FindAsync(secret, Context.RequestAborted) is not { } found)
                return AuthenticateResult.Fail("Unknown or revoked token.");
            holder = new ClaimsPrincipal(new ClaimsIdentity((await claims.CreateAsync(found.User)).Claims
                .Where(c => found.Token.ProjectId is null || c.Type != ClaimTypes.Role).Concat(TokenScope.ClaimsOf(found.Token)),
                Scheme, ClaimTypes.Name, ClaimTypes.Role));
            holders.Keep(secret, found.Token, holder, asked);
        }
        return AuthenticateResult.Success(new AuthenticationTicket(holder, Scheme));
    }

    private static string? Read(HttpRequest request)
    {
        var hub = request.Path.StartsWithSegments(ApiPaths.Hubs);
        if (!hub && !request.Path.StartsWithSegments(ApiPaths.Api)) return null;
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return header["Bearer ".Length..].Trim();
        return hub && request.Query["access_token"].ToString() is { Length: > 0 } query ? query : null;
    }
}
