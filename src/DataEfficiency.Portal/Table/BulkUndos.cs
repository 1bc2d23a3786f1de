using System.Collections.Concurrent;

namespace DataEfficiency.Portal.Table;

/// <summary>What can still be taken back, for half a minute. It is not stored: a portal that ends takes it along, and a deletion can be
/// taken back later by restoring.</summary>
public sealed class BulkUndos(TimeProvider clock)
{
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, (Undo Undo, long Until)> _kept = [];

    /// <param name="Newest">Newest answer of the project then: whatever is newer was given since.</param>
    internal sealed record Undo(int ProjectId, string UserId, BulkAction Action, IReadOnlyList<ItemBefore> Items, long Newest);

    internal (Guid Id, long Until)? Keep(Undo undo)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (old, _) in _kept.Where(k => k.Value.Until < now)) _kept.TryRemove(old, out _);
        var (id, until) = (Guid.NewGuid(), now + (long)Kept.TotalMilliseconds);
        _kept[id] = (undo, until);
        return (id, until);
    }

    /// <summary>Once, by who did it, in time; else null.</summary>
    internal Undo? Take(Guid id, int projectId, string userId) =>
        _kept.TryGetValue(id, out var kept) && kept.Undo.ProjectId == projectId && kept.Undo.UserId == userId
        && kept.Until >= clock.GetUtcNow().ToUnixTimeMilliseconds() && _kept.TryRemove(id, out _) ? kept.Undo : null;
}
