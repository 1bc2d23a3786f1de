using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>What an item was before a bulk action, as far as one changes it: with it the action is taken back.</summary>
/// <param name="Item">Without its text.</param>
/// <param name="Current">Ids of the answers that held.</param>
internal sealed record ItemBefore(Item Item, IReadOnlyList<long> Current, IReadOnlyList<Slot> Slots, IReadOnlyList<Skip> Skips,
    IReadOnlyList<DrawItem> Places)
{
    public static async Task<List<ItemBefore>> ReadAsync(AppDbContext db, IReadOnlyCollection<long> ids, CancellationToken cancellation)
    {
        var items = await db.Items.AsNoTracking().Where(i => ids.Contains(i.Id)).OrderBy(i => i.Id).Select(i => new Item
        {
            Id = i.Id, Deleted = i.Deleted, Split = i.Split, Gold = i.Gold, RightAnswers = i.RightAnswers,
        }).ToListAsync(cancellation);
        var current = (await db.Answers.Where(a => ids.Contains(a.ItemId) && a.Current).Select(a => new { a.ItemId, a.Id })
            .ToListAsync(cancellation)).ToLookup(a => a.ItemId, a => a.Id);
        var slots = (await db.Slots.AsNoTracking().Where(s => ids.Contains(s.ItemId)).ToListAsync(cancellation)).ToLookup(s => s.ItemId);
        var skips = (await db.Skips.AsNoTracking().Where(s => ids.Contains(s.ItemId)).ToListAsync(cancellation)).ToLookup(s => s.ItemId);
        var places = (await db.DrawItems.AsNoTracking().Where(d => ids.Contains(d.ItemId)).ToListAsync(cancellation))
            .ToLookup(d => d.ItemId);
        return items.ConvertAll(i => new ItemBefore(i, [.. current[i.Id]], [.. slots[i.Id]], [.. skips[i.Id]], [.. places[i.Id]]));
    }

    /// <summary>Puts the items back. What was skipped since stays skipped.</summary>
    public static async Task PutBackAsync(AppDbContext db, IReadOnlyList<ItemBefore> items, CancellationToken cancellation)
    {
        var ids = items.Select(i => i.Item.Id).ToList();
        var current = items.SelectMany(i => i.Current).ToList();
        foreach (var group in items.GroupBy(i => new { i.Item.Deleted, i.Item.Split, i.Item.Gold, i.Item.RightAnswers }))
        {
            var same = group.Select(i => i.Item.Id).ToList();
            await db.Items.Where(i => same.Contains(i.Id)).ExecuteUpdateAsync(i => i.SetProperty(x => x.Deleted, group.Key.Deleted)
                .SetProperty(x => x.Split, group.Key.Split).SetProperty(x => x.Gold, group.Key.Gold)
                .SetProperty(x => x.RightAnswers, group.Key.RightAnswers), cancellation);
        }
        await db.Slots.Where(s => ids.Contains(s.ItemId)).ExecuteDeleteAsync(cancellation);
        // those that came go before those that were come back: a person has one current answer of an item in each role
        await db.Answers.Where(a => ids.Contains(a.ItemId) && a.Current && !current.Contains(a.Id))
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.Current, false), cancellation);
        await db.Answers.Where(a => current.Contains(a.Id)).ExecuteUpdateAsync(a => a.SetProperty(x => x.Current, true), cancellation);
        var skipped = (await db.Skips.Where(s => ids.Contains(s.ItemId)).Select(s => new { s.ItemId, s.UserId }).ToListAsync(cancellation))
            .ToHashSet();
        db.Slots.AddRange(items.SelectMany(i => i.Slots));
        db.Skips.AddRange(items.SelectMany(i => i.Skips).Where(s => !skipped.Contains(new { s.ItemId, s.UserId })));
        foreach (var place in items.SelectMany(i => i.Places)) db.DrawItems.Update(place);
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
    }
}
