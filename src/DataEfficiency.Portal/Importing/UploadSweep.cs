using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

/// <summary>When the portal starts: what was uploaded and never imported goes.</summary>
internal sealed partial class UploadSweep(IDbContextFactory<AppDbContext> contexts, UploadStore uploads, ILogger<UploadSweep> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            await using var db = await contexts.CreateDbContextAsync(stopping);
            var open = await db.Imports.Where(i => i.Job.State == WorkState.Queued || i.Job.State == WorkState.Running)
                .Select(i => i.StoredName).ToListAsync(stopping);
            uploads.Sweep(open.Select(Guid.Parse).ToHashSet());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // old files are no reason not to start
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Error, "Uploads that nobody imported were not removed; the next start tries again")]
    private partial void LogFailed(Exception e);
}
