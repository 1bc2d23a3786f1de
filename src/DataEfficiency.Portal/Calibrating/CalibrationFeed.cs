using System.Collections.Concurrent;
using DataEfficiency.Engine.Calibrating;

namespace DataEfficiency.Portal.Calibrating;

/// <summary>How far each model's calibration under way is. Pages look when they like.</summary>
public sealed class CalibrationFeed
{
    private readonly ConcurrentDictionary<string, CalibrationProgress> _latest = [];

    public CalibrationProgress? Latest(string model) => _latest.GetValueOrDefault(model);

    public void Show(string model, CalibrationProgress progress) => _latest[model] = progress;

    public void End(string model) => _latest.TryRemove(model, out _);
}
