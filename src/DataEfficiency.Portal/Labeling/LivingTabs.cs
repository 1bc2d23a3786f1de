using System.Collections.Concurrent;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// Which tabs still speak: a page that holds cards says so every ten seconds. Kept in memory; after a restart every tab counts as having
/// spoken, so that nobody's cards change hands because of it.
/// </summary>
public sealed class LivingTabs(TimeProvider clock)
{
    /// <summary>Cards of a tab that was silent for so long go to a new page of the same person.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int PruneFrom = 2000;
    private readonly ConcurrentDictionary<(string User, string Token), DateTimeOffset> _spoke = [];
    private readonly DateTimeOffset _started = clock.GetUtcNow();

    public void Speak(string userId, string token)
    {
        if (_spoke.Count >= PruneFrom)
            foreach (var (tab, _) in _spoke.Where(t => IsLongAgo(t.Value)).ToList()) _spoke.TryRemove(tab, out _);
        _spoke[(userId, token)] = clock.GetUtcNow();
    }

    /// <summary>This person's tabs that have spoken lately; null: the portal has not listened for long enough to tell.</summary>
    public IReadOnlyCollection<string>? Of(string userId) => IsLongAgo(_started)
        ? [.. _spoke.Where(t => t.Key.User == userId && !IsLongAgo(t.Value)).Select(t => t.Key.Token)] : null;

    // what is still to come was before the clock was set back
    private bool IsLongAgo(DateTimeOffset time) => (clock.GetUtcNow() - time).Duration() >= Patience;
}
