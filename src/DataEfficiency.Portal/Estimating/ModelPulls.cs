using DataEfficiency.Hub;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Prompts;

namespace DataEfficiency.Portal.Estimating;

/// <param name="BytesPerSecond">Since it began; 0 before the first bytes.</param>
/// <param name="Left">Time left at that speed.</param>
/// <param name="Outcome">What came of it, as <see cref="StoredSaid"/> keeps it; null while it runs.</param>
public sealed record PullState(HubModel Model, PullProgress Progress, double BytesPerSecond, TimeSpan? Left, bool Running, bool Failed,
    string? Outcome);

/// <summary>Downloads of models from the hub into the models folder, one at a time. Cancelled or cut off, even by the portal's end,
/// the next one goes on where it stopped.</summary>
public sealed partial class ModelPulls(ModelCatalog catalog, Func<HubOptions> hub, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<ModelPulls> log)
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _running;

    /// <summary>The running download or the last one; null before the first.</summary>
    public PullState? Latest { get; private set; }

    /// <summary>Begins a download.</summary>
    /// <returns>Null, or why it did not begin.</returns>
    public string? Begin(string text)
    {
        try
        {
            var model = HubModel.Parse(text);
            var download = new HubDownload(hub());
            lock (_gate)
            {
                if (_running is not null) return EstimatingWords.OnePullAtATime(Latest?.Model);
                _running = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
                Latest = new(model, new("", 0, 0), 0, null, true, false, null);
                _ = Task.Run(() => RunAsync(download, model, _running));
            }
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    public void Cancel()
    {
        lock (_gate) _running?.Cancel();
    }

    private async Task RunAsync(HubDownload download, HubModel model, CancellationTokenSource running)
    {
        var (failed, outcome) = (true, "");
        try
        {
            await download.PullAsync(model, catalog.Root, new Told(this, time), running.Token);
            (failed, outcome) = (false, EstimatingWords.PullDone(model).ToJson());
        }
        catch (OperationCanceledException)
        {
            outcome = EstimatingWords.PullCancelled(model).ToJson();
        }
        catch (ModelException e)
        {
            outcome = EngineFailure.Stored(e);
        }
        catch (Exception e)
        {
            LogFailed(e, model);
            outcome = EstimatingWords.PullFailed(model: model, kind: e.GetType().Name).ToJson();
        }
        lock (_gate)
        {
            Latest = Latest! with { Running = false, Failed = failed, Outcome = outcome };
            _running = null;
        }
        running.Dispose();
    }

    [LoggerMessage(LogLevel.Error, "Pulling model {Model} failed")]
    private partial void LogFailed(Exception e, HubModel model);

    // Progress<T> would post to other threads, out of order
    private sealed class Told(ModelPulls pulls, TimeProvider time) : IProgress<PullProgress>
    {
        private readonly PullSpeed _speed = new(time);

        public void Report(PullProgress value)
        {
            var (speed, left) = _speed.Of(value);
            lock (pulls._gate) pulls.Latest = pulls.Latest! with { Progress = value, BytesPerSecond = speed, Left = left };
        }
    }
}
