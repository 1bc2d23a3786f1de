using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Identity's claims plus the name that pages show.</summary>
public sealed class PortalClaims(UserManager<AppUser> users, RoleManager<IdentityRole> roles, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<AppUser, IdentityRole>(users, roles, options)
{
    public const string DisplayName = "display_name";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(AppUser user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(DisplayName, user.DisplayName));
        return identity;
    }
}
