using System.Security.Claims;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Who the provider says somebody is. Issuer and subject together are one person for good; a name or an address may go to
/// another.</summary>
internal sealed record OidcPerson(string Issuer, string Subject, ClaimsPrincipal Claims)
{
    public string? Email => Claims.FindFirstValue("email");

    public bool IsVerified => string.Equals(Claims.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>What the account is called: an address where there is one.</summary>
    public string UserName => Email ?? Claims.FindFirstValue("preferred_username") ?? Subject;

    public string DisplayName => Claims.FindFirstValue("name") ?? UserName;

    public bool Has(string? claim, string? value) => claim is { Length: > 0 } && value is { Length: > 0 } && Claims.HasClaim(claim, value);

    /// <summary>Whether the installation lets somebody in whom nobody invited.</summary>
    public bool IsAdmitted(OidcOptions options) => Has(options.AdmitClaim, options.AdmitValue) || IsVerified
        && options.AdmitDomains.Any(d => Email?.EndsWith("@" + d.TrimStart('@'), StringComparison.OrdinalIgnoreCase) == true);
}

/// <summary>Why somebody whom the provider knows is not let in; as the sign-in page's address says it.</summary>
public enum OidcRefusal { Unknown, Deactivated, NameTaken, OtherAccount, Link, Failed }
