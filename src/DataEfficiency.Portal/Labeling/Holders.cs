using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <param name="Name">Null: the person who asks, in another tab or on another device.</param>
/// <param name="Until">When the last of them comes back by itself, Unix milliseconds.</param>
public sealed record Holder(string? Name, int Items, long Until);

/// <summary>Who has open items on a screen, told to those who wait for them.</summary>
public sealed class Holders(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    /// <summary>Of the first 32, where this deck got none of them although some have no answer: they wait on other screens.</summary>
    public async Task<IReadOnlyList<Holder>?> OfTheFirstAsync(int projectId, string token, DeckReply reply, CancellationToken cancellation)
    {
        if (reply.Progress.First >= reply.Progress.FirstSize || reply.Cards.Count == 0
            || reply.Cards.Any(c => c.Queue == Stratum.First32)) return null;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var first = db.Slots.Where(s => s.ProjectId == projectId && s.AnswerId == null && s.Token != token
            && First32.Current(db, projectId).Any(d => d.ItemId == s.ItemId));
        return await ReadAsync(db, first, reply.User, clock.GetUtcNow().ToUnixTimeMilliseconds(), cancellation);
    }

    /// <returns>The asking person first, then by name.</returns>
    internal static async Task<IReadOnlyList<Holder>> ReadAsync(AppDbContext db, IQueryable<Slot> open, string userId, long now,
        CancellationToken cancellation)
    {
        var held = await open.Where(s => s.UserId != null && s.LeaseUntil >= now).GroupBy(s => s.UserId!)
            .Select(g => new { User = g.Key, Items = g.Count(), Until = g.Max(s => s.LeaseUntil) })
            .Join(db.Users, h => h.User, u => u.Id, (h, u) => new { h.User, u.DisplayName, h.Items, h.Until }).ToListAsync(cancellation);
        return [.. held.OrderBy(h => h.User != userId).ThenBy(h => h.DisplayName, StringComparer.CurrentCulture)
            .Select(h => new Holder(h.User == userId ? null : h.DisplayName, h.Items, h.Until))];
    }
}
