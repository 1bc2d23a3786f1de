using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Prompts;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Calibrating;

/// <summary>What a calibration would take, as far as its tasks are measured.</summary>
/// <param name="Seconds">Of the measured tasks, at most: a training may stop early.</param>
/// <param name="Failure">Why measuring ended, as <see cref="EngineFailure.Stored"/> says it.</param>
public sealed record CalibrationCost(CalibrationAsk Ask, double Seconds, int Measured, int Tasks, string? Failure = null)
{
    public bool IsWhole => Failure is null && Measured == Tasks;
}

/// <summary>
/// Measures what a calibration would take before anybody starts it: a few steps of every task, on the engine thread, a task at a time.
/// </summary>
public sealed partial class CalibrationCosts(IDbContextFactory<AppDbContext> contexts, ModelCatalog catalog, ICalibrations calibrations,
    IEstimatorHost host, EstimateQueue queue, ILogger<CalibrationCosts> log)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, CalibrationCost> _costs = [];
    private readonly Dictionary<string, (CalibrationOptions Options, Queue<ITaskSource> Left)> _waiting = [];

    /// <summary>The newest of a model; null: nobody asked.</summary>
    public CalibrationCost? Of(string model)
    {
        lock (_gate) return _costs.GetValueOrDefault(model);
    }

    public bool IsWaiting(string model)
    {
        lock (_gate) return _waiting.ContainsKey(model);
    }

    /// <summary>Queues a measurement; the one before it of this model is dropped.</summary>
    /// <exception cref="SaidException">These tasks make no calibration.</exception>
    public async Task AskAsync(CalibrationAsk ask, CancellationToken cancellation = default)
    {
        var model = catalog.Find(ask.Model) ?? throw new SaidException(CalibratingWords.NoSuchModel(ask.Model));
        var labelled = new List<LabelledTask>();
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
            foreach (var id in ask.Projects) labelled.Add((await LabelledProjects.ReadAsync(db, id, cancellation)).Task());
        var options = CalibrationPlans.Options(ask, model, labelled);
        ITaskSource[] tasks = [.. options.Tasks, .. options.LearningRateTasks];
        lock (_gate)
        {
            _waiting[ask.Model] = (options, new(tasks));
            _costs[ask.Model] = new(ask, 0, 0, tasks.Length);
        }
        queue.Wake();
    }

    /// <summary>Measures one task; the engine thread's. False: there is none.</summary>
    public bool Step(CancellationToken cancel)
    {
        string model;
        CalibrationOptions options;
        ITaskSource task;
        lock (_gate)
        {
            if (_waiting.Count == 0) return false;
            (model, (options, var left)) = _waiting.First();
            task = left.Peek();
        }
        double seconds = 0;
        string? failure = null;
        try
        {
            var estimator = host.Open(model);
            using (host.Hold(model)) seconds = calibrations.Seconds(estimator, options, task, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            LogFailed(e, model);
            failure = EngineFailure.Stored(e);
        }
        lock (_gate)
        {
            // asked for anew meanwhile
            if (!_waiting.TryGetValue(model, out var now) || now.Left.Count == 0 || !ReferenceEquals(now.Left.Peek(), task)) return true;
            now.Left.Dequeue();
            var cost = _costs[model];
            _costs[model] = cost with { Seconds = cost.Seconds + seconds, Measured = cost.Measured + 1, Failure = failure };
            if (now.Left.Count == 0 || failure is not null) _waiting.Remove(model);
        }
        return true;
    }

    [LoggerMessage(LogLevel.Error, "Measuring a calibration of model {Model} failed")]
    private partial void LogFailed(Exception e, string model);
}
