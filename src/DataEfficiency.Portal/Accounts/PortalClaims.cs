using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Identity's claims plus the name that pages show, the language that was chosen, and which session it is.</summary>
public sealed class PortalClaims(UserManager<AppUser> users, RoleManager<IdentityRole> roles, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<AppUser, IdentityRole>(users, roles, options)
{
    public const string DisplayName = "display_name";
    public const string Language = "language";
    /// <summary>One of its own for each signing in.</summary>
    public const string Session = "session";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(AppUser user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(DisplayName, user.DisplayName));
        if (user.Language is { } language) identity.AddClaim(new Claim(Language, language));
        return identity;
    }
}
