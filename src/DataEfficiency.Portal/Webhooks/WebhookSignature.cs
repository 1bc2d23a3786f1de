using System.Security.Cryptography;
using System.Text;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>
/// <c>t=SECONDS,v1=HEX</c>: HMAC-SHA256 over <c>SECONDS.BODY</c> with the webhook's secret. A receiver computes it again, compares in
/// constant time, and takes nothing that is more than five minutes old, so that a delivery that was overheard cannot be played again.
/// </summary>
public static class WebhookSignature
{
    public const string Header = "DataEfficiency-Signature";

    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public static string Of(string secret, string body, DateTimeOffset at)
    {
        var seconds = at.ToUnixTimeSeconds();
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret),
            Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seconds}.{body}")));
        return FormattableString.Invariant($"t={seconds},v1={Convert.ToHexStringLower(mac)}");
    }
}
