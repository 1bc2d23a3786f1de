namespace DataEfficiency.Portal.Formats;

/// <summary>When the portal starts, and every hour: exports that are old go.</summary>
internal sealed partial class ExportSweep(ExportJobs exports, TimeProvider clock, ILogger<ExportSweep> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await Task.Yield();
        using var hours = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        try
        {
            do await SweepAsync(stopping);
            while (await hours.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // the next start sweeps
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        try
        {
            await exports.SweepAsync(stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // old files are no reason not to go on
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Error, "Old exports were not removed; it is tried again in an hour")]
    private partial void LogFailed(Exception e);
}
