using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Table;

/// <summary>
/// Every order is one of a number and the id behind it, so that a page begins where another one ended and nothing before it is read
/// again. What has no number comes last, whichever way it is sorted.
/// </summary>
internal static class ItemOrders
{
    /// <summary>No score, no answer, no time.</summary>
    private const double None = 1e15;

    public sealed class Keyed
    {
        public double Key { get; init; }
        public long Id { get; init; }
    }

    /// <param name="after">The last item of the page before; null: from the beginning.</param>
    public static IQueryable<Keyed> Of(AppDbContext db, int projectId, IQueryable<Item> items, ItemFilter filter, ItemPlace? after)
    {
        var sign = filter.Descending ? -1 : 1;
        return filter.Sort switch
        {
            ItemSort.File => ByFile(items, filter.Descending, after),
            ItemSort.Random => ByRank(items, filter.Descending, after),
            ItemSort.Confidence => By(from i in items
                                      join s in db.ScoresInUse(projectId) on i.Id equals s.ItemId into scores
                                      from score in scores.DefaultIfEmpty()
                                      select new Keyed { Key = sign * score.Confidence ?? None, Id = i.Id }, after),
            ItemSort.Answered => By(items.Select(i => new Keyed
            {
                Key = sign * db.Answers.Where(a => a.ItemId == i.Id && a.Current).Max(a => (double?)a.Id) ?? None, Id = i.Id,
            }), after),
            ItemSort.Seconds => By(items.Select(i => new Keyed
            {
                Key = sign * db.Answers.Where(a => a.ItemId == i.Id && a.Current && a.ActiveMilliseconds > 0)
                    .Max(a => (double?)a.ActiveMilliseconds) ?? None,
                Id = i.Id,
            }), after),
            _ => By(items.Select(i => new Keyed { Key = sign * (double)db.Skips.Count(s => s.ItemId == i.Id), Id = i.Id }), after),
        };
    }

    private static IQueryable<Keyed> By(IQueryable<Keyed> keyed, ItemPlace? after)
    {
        if (after is { Key: var key, Id: var id }) keyed = keyed.Where(k => k.Key >= key && (k.Key > key || k.Id > id));
        return keyed.OrderBy(k => k.Key).ThenBy(k => k.Id);
    }

    // these two have an index, which a number of another type would leave unused
    private static IQueryable<Keyed> ByFile(IQueryable<Item> items, bool down, ItemPlace? after)
    {
        var (key, id) = ((int)(after?.Key ?? 0), after?.Id ?? 0);
        if (after is not null)
            items = down ? items.Where(i => i.ImportId <= key && (i.ImportId < key || i.Id < id))
                : items.Where(i => i.ImportId >= key && (i.ImportId > key || i.Id > id));
        return (down ? items.OrderByDescending(i => i.ImportId).ThenByDescending(i => i.Id)
            : items.OrderBy(i => i.ImportId).ThenBy(i => i.Id)).Select(i => new Keyed { Key = i.ImportId, Id = i.Id });
    }

    private static IQueryable<Keyed> ByRank(IQueryable<Item> items, bool down, ItemPlace? after)
    {
        var (key, id) = ((int)(after?.Key ?? 0), after?.Id ?? 0);
        if (after is not null)
            items = down ? items.Where(i => i.RandomRank <= key && (i.RandomRank < key || i.Id < id))
                : items.Where(i => i.RandomRank >= key && (i.RandomRank > key || i.Id > id));
        return (down ? items.OrderByDescending(i => i.RandomRank).ThenByDescending(i => i.Id)
            : items.OrderBy(i => i.RandomRank).ThenBy(i => i.Id)).Select(i => new Keyed { Key = i.RandomRank, Id = i.Id });
    }
}
