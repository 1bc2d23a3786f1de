using System.Collections.Concurrent;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>
/// What a change of somebody's rights ends: their unused links, tokens, cookies and open pages. The rows go in the change's own
/// transaction; after the commit the change is announced, and open pages and streams of that person ask again at once.
/// </summary>
public sealed class RightsChanges(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _changes = new();
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>Told the id of a person whose rights changed, on the changing request's thread.</summary>
    public event Action<string>? Changed;

    /// <summary>Deletes links that this person made or that would set their password, revokes tokens, gives a new security stamp.</summary>
    public static async Task EndOpenAsync(AppDbContext db, string userId, long now, CancellationToken cancellation)
    {
        await db.AccountLinks.Where(l => l.UsedAt == null && (l.CreatedBy == userId || l.UserId == userId))
            .ExecuteDeleteAsync(cancellation);
        await db.AccessTokens.Where(t => t.UserId == userId && t.RevokedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.RevokedAt, now), cancellation);
        var (stamp, version) = (Guid.NewGuid().ToString("N").ToUpperInvariant(), Guid.NewGuid().ToString());
        await db.Users.Where(u => u.Id == userId)
            .ExecuteUpdateAsync(s => s.SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.ConcurrencyStamp, version),
                cancellation);
    }

    /// <summary>Call it after the commit.</summary>
    public void Announce(string userId)
    {
        _changes[userId] = time.GetUtcNow();
        Changed?.Invoke(userId);
    }

    /// <summary>Whether something that was checked at this moment has to be checked again. What happened before the process started is not
    /// known.</summary>
    public bool IsSince(string? userId, DateTimeOffset checkedAt) =>
        checkedAt <= _started || userId is not null && _changes.TryGetValue(userId, out var changed) && changed >= checkedAt;
}
