using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Prompts;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// Measures what an example costs on a model of this machine. It is asked for on a page and done on the engine thread, in a few steps of
/// one label or one step of a ranking each; due estimates go between the steps and between the layers of a ranking's batch.
/// </summary>
public sealed partial class ModelMeasurements(ModelCatalog catalog, DataFolder data, IEstimatorHost host, EstimateQueue queue,
    IOptions<EstimationOptions> options, TimeProvider time, ILogger<ModelMeasurements> log)
{
    private readonly Lock _gate = new();
    private readonly List<(string Model, CostMeasurement Measurement)> _waiting = []; // the first is the running one
    private readonly Dictionary<string, string> _failed = [];

    /// <summary>Queues a measurement; one that is waiting already is not queued twice.</summary>
    public void Ask(string model)
    {
        lock (_gate)
        {
            _failed.Remove(model);
            // another seed each time: rows that are kept would cost nothing
            if (_waiting.All(w => w.Model != model))
                _waiting.Add((model, new CostMeasurement(time.GetUtcNow().ToUnixTimeMilliseconds(), options.Value.Threads,
                options.Value.RankStep)));
        }
        queue.Wake();
    }

    public bool IsWaiting(string model)
    {
        lock (_gate) return _waiting.Any(w => w.Model == model);
    }

    /// <summary>What was measured of these weights on this machine, or null. Older portals and the command line keep it beside the
    /// models.</summary>
    public ModelCost? CostOf(string weightsSha256) =>
        ModelCosts.Find(data.Root, weightsSha256) ?? ModelCosts.Find(catalog.Root, weightsSha256);

    /// <summary>Why the last measurement of this model failed, in words; null where it did not.</summary>
    public string? FailureOf(string model)
    {
        lock (_gate) return _failed.GetValueOrDefault(model);
    }

    /// <summary>One step of the oldest measurement; the engine thread's. False: there is none.</summary>
    public bool Step(Action giveWay, CancellationToken cancel)
    {
        (string Model, CostMeasurement Measurement) first;
        lock (_gate)
        {
            if (_waiting.Count == 0) return false;
            first = _waiting[0];
        }
        string? failure = null;
        try
        {
            ModelCost? cost;
            var estimator = host.Open(first.Model);
            using (host.Hold(first.Model)) cost = first.Measurement.Step(estimator, giveWay, cancel);
            if (cost is null) return true;
            ModelCosts.Store(data.Root, cost);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            LogFailed(e, first.Model);
            failure = EngineFailure.Stored(e);
        }
        lock (_gate)
        {
            _waiting.RemoveAt(0);
            if (failure is not null) _failed[first.Model] = failure;
        }
        return true;
    }

    [LoggerMessage(LogLevel.Error, "Measuring model {Model} failed")]
    private partial void LogFailed(Exception e, string model);
}
