using System.Collections.Concurrent;
using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Checks;

/// <summary>A step of the loss curve.</summary>
public readonly record struct LossMark(int Step, double Loss, double? Validation);

/// <summary>A check under way, as its page draws it.</summary>
/// <param name="Losses">Of the run in progress, thinned out.</param>
public sealed record CheckPicture(int CheckId, CheckProgress Progress, IReadOnlyList<LossMark> Losses);

/// <summary>The newest picture of each project's check under way. Pages look when they are told that there is a new one.</summary>
public sealed class CheckFeed
{
    private readonly ConcurrentDictionary<int, CheckPicture> _latest = [];

    /// <summary>Raised with the project's id, on the engine thread: whoever listens goes elsewhere at once.</summary>
    public event Action<int>? Changed;

    public CheckPicture? Latest(int projectId) => _latest.GetValueOrDefault(projectId);

    public void Show(int projectId, CheckPicture picture)
    {
        _latest[projectId] = picture;
        Changed?.Invoke(projectId);
    }

    public void End(int projectId)
    {
        if (_latest.TryRemove(projectId, out _)) Changed?.Invoke(projectId);
    }
}
