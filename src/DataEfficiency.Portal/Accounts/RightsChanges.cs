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
    // ticks of the latest moment that anything was checked at: a clock that was set back since does not hide a change
    private long _latest;

    /// <summary>Told the id of a person whose rights changed, on the changing request's thread.</summary>
    public event Action<string>? Changed;

    /// <summary>Deletes links that this person made or that would set their password, revokes tokens, gives a new security stamp.</summary>
    /// <returns>The stamp, for who goes on.</returns>
    public static async Task<string> EndOpenAsync(AppDbContext db, string userId, long now, CancellationToken cancellation)
    {
        await db.AccountLinks.Where(l => l.UsedAt == null && (l.CreatedBy == userId || l.UserId == userId))
            .ExecuteDeleteAsync(cancellation);
        await db.AccessTokens.Where(t => t.UserId == userId && t.RevokedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.RevokedAt, now), cancellation);
        var (stamp, version) = (Guid.NewGuid().ToString("N").ToUpperInvariant(), Guid.NewGuid().ToString());
        await db.Users.Where(u => u.Id == userId)
            .ExecuteUpdateAsync(s => s.SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.ConcurrencyStamp, version),
                cancellation);
        return stamp;
    }

    /// <summary>Call it after the commit.</summary>
    public void Announce(string userId)
    {
        var now = time.GetUtcNow();
        _changes[userId] = now.UtcTicks > Volatile.Read(ref _latest) ? now : new(Volatile.Read(ref _latest), TimeSpan.Zero);
        Changed?.Invoke(userId);
    }

    /// <summary>Whether something that was checked at this moment has to be checked again. What happened before the process started is not
    /// known, and a moment that is still to come was another clock's.</summary>
    public bool IsSince(string? userId, DateTimeOffset checkedAt)
    {
        for (var latest = Volatile.Read(ref _latest); checkedAt.UtcTicks > latest;)
            latest = Interlocked.CompareExchange(ref _latest, checkedAt.UtcTicks, latest);
        return checkedAt <= _started || checkedAt > time.GetUtcNow()
            || userId is not null && _changes.TryGetValue(userId, out var changed) && changed >= checkedAt;
    }
}
