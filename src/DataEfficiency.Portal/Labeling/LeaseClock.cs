using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// When the machine's clock is set back by an hour, cards on screens would stay reserved for an hour more. No lease ends later than one
/// lease from now: those that do are shortened to it, at start and whenever the clock on the wall fell behind the steady one.
/// </summary>
internal sealed class LeaseClock(WriteQueue writes, TimeProvider clock, IOptions<LabelingOptions> options, ILogger<LeaseClock> log)
    : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10), Jitter = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Look, clock);
        var (wall, steady) = (DateTimeOffset.MaxValue, clock.GetTimestamp());
        try
        {
            do
            {
                // nobody knows what happened before the start
                if (clock.GetUtcNow() - wall < clock.GetElapsedTime(steady) - Jitter) await ShortenAsync(stopping);
                (wall, steady) = (clock.GetUtcNow(), clock.GetTimestamp());
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // the next start looks again
        }
    }

    /// <returns>How many leases were longer than a lease can be.</returns>
    internal async Task<int> ShortenAsync(CancellationToken cancellation)
    {
        // the cards of a deck end a millisecond after each other
        var latest = (clock.GetUtcNow() + options.Value.Lease).ToUnixTimeMilliseconds() + RequestLimits.Ids;
        var shortened = await writes.WriteAsync((db, c) => db.Slots.Where(s => s.AnswerId == null && s.LeaseUntil > latest)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.LeaseUntil, latest), c), cancellation);
        if (shortened > 0) log.LogWarning("The clock was set back: {Leases} reservations of cards were shortened", shortened);
        return shortened;
    }
}
