using System.Security.Claims;

namespace DataEfficiency.Portal.Accounts;

internal static class SignedIn
{
    /// <summary>The id of who is signed in; null: nobody.</summary>
    public static string? PersonId(this ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier);
}
