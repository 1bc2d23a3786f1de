using System.Collections.Concurrent;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// Where each person stood in the active and in the random queue, so that a claim need not walk over everybody's reserved items at its
/// head, nor over the further places of what this person answered. Advice only: every 20th claim, a new ranking and an empty result start
/// from the head again.
/// </summary>
public sealed class QueuePositions
{
    internal const int FreshStart = 20;
    private readonly ConcurrentDictionary<(int Project, string User, Stratum Queue), (int RankVersion, int From)> positions = new();

    /// <param name="sequence">The claim's number, from 0.</param>
    public int From(Project project, string userId, Stratum queue, int sequence) =>
        !IsFresh(queue, sequence) && positions.TryGetValue((project.Id, userId, queue), out var p) && p.RankVersion == project.RankVersion
            ? p.From : Slot.BeforeAll;

    /// <param name="rank">Of what was given; one before the place where the person stood is an expired one, and no reason to go
    /// back.</param>
    public void Remember(Project project, string userId, Stratum queue, int sequence, int rank)
    {
        if (rank >= From(project, userId, queue, sequence)) positions[(project.Id, userId, queue)] = (project.RankVersion, rank);
    }

    /// <summary>Something was put at the head: everybody looks there next.</summary>
    public void Forget(int projectId)
    {
        foreach (var (place, _) in positions.Where(p => p.Key.Project == projectId)) positions.TryRemove(place, out _);
    }

    // whatever their share: the last of twenty claims is a random one wherever there are any, the first one is none
    private static bool IsFresh(Stratum queue, int sequence) => sequence % FreshStart == (queue == Stratum.Random ? FreshStart - 1 : 0);
}
