using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Section <c>Oidc</c>: sign-in by a provider that speaks OpenID Connect, beside passwords and passkeys.</summary>
public sealed class OidcOptions
{
    public const string Section = "Oidc";

    /// <summary>Address of the provider, under which /.well-known/openid-configuration lies. Default: none, and there is no such
    /// sign-in.</summary>
    public string? Authority { get; set; }

    /// <summary>What the provider calls this portal. Default: none, and there is no such sign-in.</summary>
    public string? ClientId { get; set; }

    /// <summary>Default: none (a public client, by PKCE alone).</summary>
    public string? ClientSecret { get; set; }

    /// <summary>File that has the secret, in the place of <see cref="ClientSecret"/>. Default: none.</summary>
    public string? ClientSecretFile { get; set; }

    /// <summary>What people know the provider by. Default: single sign-on.</summary>
    public string Name { get; set; } = "single sign-on";

    /// <summary>What is asked for beside openid, profile and email. Default: nothing.</summary>
    public string[] Scopes { get; set; } = [];

    /// <summary>Whose verified addresses end in one of these has an account at the first sign-in. Default: none, so that an invitation or
    /// a link is needed.</summary>
    public string[] AdmitDomains { get; set; } = [];

    /// <summary>A claim (groups, for example) that admits likewise where it has <see cref="AdmitValue"/>. Default: none.</summary>
    public string? AdmitClaim { get; set; }

    public string? AdmitValue { get; set; }

    /// <summary>A verified address that is an account's user name opens that account. Default: no.</summary>
    public bool LinkByEmail { get; set; }

    /// <summary>The claim that gives roles for the installation, at each sign-in. Default: none; roles are given here.</summary>
    public string? RoleClaim { get; set; }

    /// <summary>Its value for admins.</summary>
    public string? AdminValue { get; set; }

    /// <summary>Its value for leads, who may create projects.</summary>
    public string? LeadValue { get; set; }

    public bool IsOn => !string.IsNullOrWhiteSpace(Authority) && !string.IsNullOrWhiteSpace(ClientId);

    internal string? Secret => string.IsNullOrWhiteSpace(ClientSecretFile) ? ClientSecret : File.ReadAllText(ClientSecretFile).Trim();

    internal sealed class Validator : IValidateOptions<OidcOptions>
    {
        public ValidateOptionsResult Validate(string? name, OidcOptions options) => Fault(options) is { } fault
            ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;

        private static string? Fault(OidcOptions o)
        {
            if (string.IsNullOrWhiteSpace(o.Authority) != string.IsNullOrWhiteSpace(o.ClientId))
                return $"Oidc:Authority and Oidc:ClientId belong together: set Oidc:{(o.ClientId is null ? "ClientId" : "Authority")}, too";
            if (!o.IsOn) return null;
            if (!Uri.TryCreate(o.Authority, UriKind.Absolute, out var uri) || !(uri.Scheme == Uri.UriSchemeHttps || uri.IsLoopback))
                return $"Oidc:Authority is '{o.Authority}', which is no address that begins with https";
            if (!string.IsNullOrWhiteSpace(o.ClientSecretFile) && !File.Exists(o.ClientSecretFile))
                return $"Oidc:ClientSecretFile names '{o.ClientSecretFile}', which is not there";
            if (string.IsNullOrEmpty(o.AdmitClaim) != string.IsNullOrEmpty(o.AdmitValue))
                return "Oidc:AdmitClaim and Oidc:AdmitValue belong together: set both, or none";
            return string.IsNullOrEmpty(o.RoleClaim) && (o.AdminValue ?? o.LeadValue) is not null
                ? "Oidc:AdminValue and Oidc:LeadValue need Oidc:RoleClaim, the claim that they are values of" : null;
        }
    }
}
