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
}

/// <summary>Keeps <see cref="EstimationOptions.LoadedModels"/> models; the least recently used leaves before another is loaded.</summary>
public sealed class EstimatorHost(ModelCatalog catalog, EstimatorLoader load, IOptions<EstimationOptions> options) : IEstimatorHost
{
    // most recently used last
    private readonly List<(string Model, IEstimator Estimator)> _loaded = [];

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
            _loaded[0].Estimator.Dispose();
            _loaded.RemoveAt(0);
        }
        _loaded.Add((model, load(folder)));
        return _loaded[^1].Estimator;
    }

    public void Dispose()
    {
        _loaded.ForEach(l => l.Estimator.Dispose());
        _loaded.Clear();
    }
}
