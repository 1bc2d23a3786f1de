using System.Collections.Concurrent;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>
/// Sends what is due: each webhook's deliveries one after the other, oldest first, several webhooks beside each other, so that a slow
/// receiver keeps nobody else waiting. What fails is tried again later and later; after the last try the webhook pauses.
/// </summary>
internal sealed partial class WebhookSender(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, WebhookClient client,
    WebhookSecrets secrets, TimeProvider clock, ILogger<WebhookSender> log) : BackgroundService
{
    /// <summary>From each failed try to the next.</summary>
    public static readonly IReadOnlyList<TimeSpan> Pauses =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(6), TimeSpan.FromHours(24),
    ];

    /// <summary>What has arrived stays in the log so long.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2), Sweep = TimeSpan.FromHours(1);
    private const int Places = 8, Chunk = 500;

    private readonly ConcurrentDictionary<int, Running> _running = [];
    // a receiver that did not answer is left alone for a moment, whatever else waits for it
    private readonly ConcurrentDictionary<int, long> _rests = [];
    private long _swept;

    private sealed class Running
    {
        public Task Task { get; set; } = Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                try
                {
                    await BeginAsync(stopping);
                    await SweepAsync(stopping);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogFailed(e);
                }
                await Task.Delay(Beat, clock, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // what is due stays due
        }
        await Task.WhenAll(_running.Values.Select(r => r.Task));
    }

    /// <summary>Begins to send what is due now.</summary>
    /// <returns>What it began, done when nothing more is due or a try failed.</returns>
    public async Task<IReadOnlyList<Task>> BeginAsync(CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        var now = Now;
        var hooks = await Due(db, now).Select(d => d.WebhookId).Distinct().ToListAsync(stopping);
        List<Task> begun = [];
        foreach (var hook in hooks.Where(h => !_running.ContainsKey(h) && _rests.GetValueOrDefault(h) <= now).Take(Places - _running.Count))
        {
            var running = _running[hook] = new Running();
            begun.Add(running.Task = Task.Run(() => RunAsync(hook, stopping), CancellationToken.None));
        }
        return begun;
    }

    private async Task RunAsync(int hook, CancellationToken stopping)
    {
        try
        {
            while (await SendNextAsync(hook, stopping)) { }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // tried again after the start
        }
        catch (Exception e)
        {
            LogFailed(e);
        }
        finally
        {
            _running.TryRemove(hook, out _);
        }
    }

    /// <returns>True: it arrived, and there may be more.</returns>
    private async Task<bool> SendNextAsync(int hookId, CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        if (await Due(db, Now).AsNoTracking().Where(d => d.WebhookId == hookId).OrderBy(d => d.Id).FirstOrDefaultAsync(stopping)
            is not { } delivery) return false;
        var hook = await db.Webhooks.AsNoTracking().SingleAsync(w => w.Id == hookId, stopping);
        var outcome = secrets.Read(hook.ProtectedSecret) is { } secret
            ? await client.PostAsync(hook.Url, secret, delivery, clock.GetUtcNow(), stopping)
            : new WebhookOutcome(null, WebhookFault.Secret);
        await writes.WriteAsync((write, token) => NoteAsync(write, hook, delivery, outcome, token), stopping);
        if (outcome.Fault is null) return true;
        _rests[hookId] = Now + (long)Pauses[0].TotalMilliseconds;
        return false;
    }

    private async Task NoteAsync(AppDbContext db, Webhook hook, WebhookDelivery delivery, WebhookOutcome outcome,
        CancellationToken cancellation)
    {
        var (now, tries) = (Now, delivery.Tries + 1);
        var last = outcome.Fault is not null && tries > Pauses.Count || outcome.Fault == WebhookFault.Secret;
        // of a webhook that pauses, what did not arrive stays due and goes when it is resumed
        long? due = outcome.Fault is null ? null : last ? now : now + (long)Pauses[tries - 1].TotalMilliseconds;
        await db.WebhookDeliveries.Where(d => d.Id == delivery.Id).ExecuteUpdateAsync(d => d.SetProperty(x => x.Tries, tries)
            .SetProperty(x => x.TriedAt, now).SetProperty(x => x.Status, outcome.Status).SetProperty(x => x.Fault, outcome.Fault)
            .SetProperty(x => x.DueAt, due), cancellation);
        if (!last) return;
        await db.Webhooks.Where(w => w.Id == hook.Id && w.PausedAt == null).ExecuteUpdateAsync(w => w.SetProperty(x => x.PausedAt, now)
            .SetProperty(x => x.PausedBy, outcome.Fault), cancellation);
        await WebhookBook.ListenAsync(db, hook.ProjectId, cancellation);
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        var now = Now;
        if (now - _swept < Sweep.TotalMilliseconds) return;
        _swept = now;
        var before = now - (long)Kept.TotalMilliseconds;
        while (await writes.WriteAsync((db, token) => db.WebhookDeliveries.Where(d => db.WebhookDeliveries
            .Where(x => x.DueAt == null && x.CreatedAt < before || db.Webhooks.Any(w => w.Id == x.WebhookId && w.RemovedAt != null))
            .OrderBy(x => x.Id).Select(x => x.Id).Take(Chunk).Contains(d.Id)).ExecuteDeleteAsync(token), stopping) == Chunk) { }
        await writes.WriteAsync((db, token) => db.Webhooks.Where(w => w.RemovedAt != null
            && !db.WebhookDeliveries.Any(d => d.WebhookId == w.Id)).ExecuteDeleteAsync(token), stopping);
    }

    private static IQueryable<WebhookDelivery> Due(AppDbContext db, long now) => db.WebhookDeliveries.Where(d => d.DueAt <= now
        && db.Webhooks.Any(w => w.Id == d.WebhookId && w.PausedAt == null && w.RemovedAt == null));

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    [LoggerMessage(LogLevel.Error, "Sending webhooks failed; it goes on")]
    private partial void LogFailed(Exception e);
}
