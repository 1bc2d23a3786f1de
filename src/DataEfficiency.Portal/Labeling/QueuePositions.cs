using System.Collections.Concurrent;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// Where each person stood in the active queue, so that a claim need not walk over everybody's reserved items at its head.
/// Advice only: every 20th claim, a new ranking and an empty result start from the head again.
/// </summary>
public sealed class QueuePositions
{
    internal const int FreshStart = 20;
    private readonly ConcurrentDictionary<(int Project, string User), (int RankVersion, int From)> positions = new();

    public int From(int projectId, string userId, int rankVersion, int sequence) =>
        sequence % FreshStart != 0 && positions.TryGetValue((projectId, userId), out var p) && p.RankVersion == rankVersion
            ? p.From : Slot.BeforeAll;

    public void Remember(int projectId, string userId, int rankVersion, int rank) =>
        positions[(projectId, userId)] = (rankVersion, rank);

    /// <summary>Something was put at the head: everybody looks there next.</summary>
    public void Forget(int projectId)
    {
        foreach (var (place, _) in positions.Where(p => p.Key.Project == projectId)) positions.TryRemove(place, out _);
    }
}
