using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Telemetry;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// A doorbell, not a job list: it holds ids of projects that may be due, each at most once, in the order they rang. The database is the
/// truth; ten labels during one run ring one next run.
/// </summary>
public sealed class EstimateQueue : IEstimateDoorbell, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<int> _order = [];
    private readonly Dictionary<int, PortalMeter.Timing> _waiting = [];
    private readonly SemaphoreSlim _bell = new(0, 1);

    public int Count { get { lock (_gate) return _order.Count; } }

    /// <summary>Call after the commit, never before it.</summary>
    public void Ring(int projectId)
    {
        lock (_gate)
            if (_waiting.TryAdd(projectId, PortalMeter.EngineLag.Time())) _order.Enqueue(projectId);
        Wake();
    }

    /// <summary>Wakes the worker without a project, for work of another kind.</summary>
    public void Wake()
    {
        lock (_gate)
            if (_bell.CurrentCount == 0) _bell.Release();
    }

    public bool TryTake(out int projectId)
    {
        lock (_gate)
        {
            if (!_order.TryDequeue(out projectId)) return false;
            if (_waiting.Remove(projectId, out var since)) since.Dispose();
            return true;
        }
    }

    /// <summary>Blocks the engine thread until somebody rings.</summary>
    public void Wait(CancellationToken cancel) => _bell.Wait(cancel);

    public void Dispose() => _bell.Dispose();
}
