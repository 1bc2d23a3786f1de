using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Keeps the cards of a tab that is in use, and frees those that a closing tab will not come to.</summary>
public sealed class LeaseService(WriteQueue writes, TimeProvider clock, IOptions<LabelingOptions> options)
{
    /// <summary>Slots go back to their queues, for anybody; an answer that filled one was taken back. Those of gold items were made for
    /// one person and go.</summary>
    internal static async Task FreeAsync(IQueryable<Slot> slots, CancellationToken cancellation)
    {
        await slots.Where(s => s.Split == ItemSplit.Gold).ExecuteDeleteAsync(cancellation);
        await slots.ExecuteUpdateAsync(s => s.SetProperty(x => x.UserId, (string?)null).SetProperty(x => x.Token, (string?)null)
            .SetProperty(x => x.LeaseUntil, 0).SetProperty(x => x.Queue, (Stratum?)null).SetProperty(x => x.AnswerId, (long?)null),
            cancellation);
    }

    /// <param name="keep">Items of the deck, the one on screen first.</param>
    /// <returns>The new end of the leases, Unix milliseconds, and how many of the kept items are still this person's.</returns>
    public Task<(long Until, int Kept)> RenewAsync(int projectId, string userId, string token, IReadOnlyList<long> keep,
        IReadOnlyCollection<long> free, CancellationToken cancellation)
    {
        var until = clock.GetUtcNow().ToUnixTimeMilliseconds() + (long)options.Value.Lease.TotalMilliseconds;
        return writes.WriteAsync(async (db, c) =>
        {
            var own = db.Slots.Where(s => s.ProjectId == projectId && s.UserId == userId && s.AnswerId == null);
            await FreeAsync(own.Where(s => s.Token == token && free.Contains(s.ItemId)), c);
            var kept = 0;
            foreach (var item in keep)
            {
                var lease = ClaimService.Lease(until, kept);
                kept += await own.Where(s => s.ItemId == item && (s.Token == token || s.Token == null))
                    .ExecuteUpdateAsync(s => s.SetProperty(x => x.LeaseUntil, lease)
                    .SetProperty(x => x.Token, token), c);
            }
            return (until, kept);
        }, cancellation);
    }
}
