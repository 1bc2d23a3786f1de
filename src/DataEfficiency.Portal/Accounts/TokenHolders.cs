using System.Collections.Concurrent;
using System.Security.Claims;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Accounts;

/// <summary>
/// Who a token speaks for, as it was looked up last: good for a minute, and no longer than until that person's rights change or a token of
/// theirs is revoked or over. A cookie is looked up as often.
/// </summary>
internal sealed class TokenHolders(RightsChanges rights, TimeProvider time)
{
    private const int Most = 1000;
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, Holder> _known = [];

    public ClaimsPrincipal? Of(string secret) =>
        _known.TryGetValue(Key(secret), out var holder) && IsFresh(holder) ? holder.Principal : null;

    /// <param name="asked">The moment before the look-up began: what changed since then is not in it.</param>
    public void Keep(string secret, AccessToken token, ClaimsPrincipal principal, DateTimeOffset asked)
    {
        if (_known.Count >= Most)
            foreach (var (key, holder) in _known)
                if (!IsFresh(holder)) _known.TryRemove(key, out _);
        if (_known.Count < Most) _known[Key(secret)] = new Holder(principal, token.UserId, asked, token.ExpiresAt);
    }

    private bool IsFresh(Holder holder) => time.GetUtcNow() is var now && now - holder.Asked < AskAgain
        && !(holder.Ends <= now.ToUnixTimeMilliseconds()) && !rights.IsSince(holder.UserId, holder.Asked);

    // the token itself is kept nowhere
    private static string Key(string secret) => Convert.ToHexString(Secrets.Hash(secret));

    private sealed record Holder(ClaimsPrincipal Principal, string UserId, DateTimeOffset Asked, long? Ends);
}
