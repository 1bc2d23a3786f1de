using System.Security.Cryptography;
using DataEfficiency.Portal.Accounts;
using Microsoft.AspNetCore.DataProtection;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>The secrets that deliveries are signed with: shown once, kept encrypted.</summary>
public sealed class WebhookSecrets(IDataProtectionProvider protection)
{
    private const string Prefix = "whs_";

    private readonly IDataProtector _protector = protection.CreateProtector("Webhooks.Secret");

    public (string Secret, string Protected) New()
    {
        var secret = Secrets.New(Prefix);
        return (secret, _protector.Protect(secret));
    }

    /// <summary>Null: the keys that it was encrypted with are gone.</summary>
    public string? Read(string kept)
    {
        try
        {
            return _protector.Unprotect(kept);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
