using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Tests;

/// <summary>A signed-in person for calling services directly.</summary>
public static class TestPrincipal
{
    public static ClaimsPrincipal Of(AppUser user) => new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user.Id),
        new Claim(new ClaimsIdentityOptions().SecurityStampClaimType, user.SecurityStamp ?? "")], "test"));
}
