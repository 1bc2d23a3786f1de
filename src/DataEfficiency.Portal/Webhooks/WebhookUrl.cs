using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>What may be typed as a receiver's address. Where its name leads is looked at when something is sent, each time.</summary>
internal static class WebhookUrl
{
    public const int Longest = 2000;

    /// <summary>Null: it is good.</summary>
    public static Said? FaultOf(string url, bool allowPrivate)
    {
        if (url.Length > Longest) return WebhooksWords.UrlTooLong(characters: url.Length, most: Longest);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var read) || read.Host.Length == 0
            || read.Scheme is not ("https" or "http")) return WebhooksWords.UrlNotOne;
        if (read.Scheme != "https" && !allowPrivate) return WebhooksWords.UrlNotHttps;
        // a password in an address ends up in lists and logs; the signature says who sent it
        return read.UserInfo.Length > 0 ? WebhooksWords.UrlWithPassword : null;
    }
}
