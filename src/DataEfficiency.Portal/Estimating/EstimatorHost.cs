using DataEfficiency.Engine;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Estimating;

/// <summary>Loads a model folder; the engine's door, or a fake one in tests.</summary>
public delegate IEstimator EstimatorLoader(string folder);

/// <summary>The loaded models of the device. Only the engine thread opens and uses them.</summary>
public interface IEstimatorHost : IDisposable
{
    /// <summary>The model, loaded now if need be; it stays valid until the next call.</summary>
    /// <exception cref="ModelException">Not installed or not usable; the message says what to do.</exception>
    IEstimator Open(string model);

    /// <summary>Keeps a model while a call on it gives way to others: it is not given up for them until the result is disposed.</summary>
    IDisposable Hold(string model);

    /// <summary>Gives a model up, so that the next call opens it anew with what lies beside it then. One that is held stays.</summary>
    void Forget(string model);

    /// <summary>Whether a model can be opened now: it is loaded, or there is room for it without giving up one that is held.</summary>
    bool HasRoomFor(string model);
}

/// <summary>Keeps <see cref="EstimationOptions.LoadedModels"/> models; the least recently used leaves before another is loaded.</summary>
public sealed class EstimatorHost(ModelCatalog catalog, EstimatorLoader load, IOptions<EstimationOptions> options) : IEstimatorHost
{
    // most recently used last
    private readonly List<(string Model, IEstimator Estimator)> _loaded = [];
    private string? _held;

    public IEstimator Open(string model)
    {
        var at = _loaded.FindIndex(l => l.Model == model);
        if (at >= 0)
        {
            var found = _loaded[at];
            _loaded.RemoveAt(at);
            _loaded.Add(found);
            return found.Estimator;
        }
        var folder = catalog.FolderOf(model);
        while (_loaded.Count >= options.Value.LoadedModels)
        {
            var oldest = _loaded.FindIndex(l => l.Model != _held);
            if (oldest < 0)
                throw new InvalidOperationException($"Model {_held} is held and there is room for no other: {model} has to wait.");
            var leaving = _loaded[oldest].Estimator;
            _loaded.RemoveAt(oldest);
            leaving.Dispose();
        }
        _loaded.Add((model, load(folder)));
        return _loaded[^1].Estimator;
    }

    public bool HasRoomFor(string model) =>
        _held is null || _loaded.Any(l => l.Model == model) || _loaded.Count < options.Value.LoadedModels
            || _loaded.Any(l => l.Model != _held);

    public void Forget(string model)
    {
        if (model == _held || _loaded.FindIndex(l => l.Model == model) is not (>= 0 and var at)) return;
        var leaving = _loaded[at].Estimator;
        _loaded.RemoveAt(at);
        leaving.Dispose();
    }

    public IDisposable Hold(string model)
    {
        if (_held is not null)
            throw new InvalidOperationException($"Model {_held} is held already: the engine does one long thing at a time.");
        _held = model;
        return new Holding(this);
    }

    private sealed class Holding(EstimatorHost host) : IDisposable
    {
        public void Dispose() => host._held = null;
    }

    public void Dispose()
    {
        _loaded.ForEach(l => l.Estimator.Dispose());
        _loaded.Clear();
    }
}
