using System.Globalization;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>The filter as conditions on rows. What people answered is asked of answers' parts, never of the JSON that they came as.
/// </summary>
internal static class ItemWhere
{
    /// <param name="suspects">Items that a check doubts; asked only where the filter speaks of them.</param>
    public static async Task<IQueryable<Item>> FilteredAsync(AppDbContext db, int projectId, ItemFilter filter,
        Func<Task<IReadOnlyList<long>>> suspects, CancellationToken cancellation)
    {
        var visible = await db.Projects.Where(p => p.Id == projectId).Select(p => p.VisibleImport).SingleAsync(cancellation);
        var all = db.Items.AsNoTracking().Where(i => i.ProjectId == projectId && i.ImportId <= visible);
        var items = await SearchedAsync(db, all, filter.Text.Trim(), cancellation);
        items = filter.Status == ItemStatus.Deleted ? items.Where(i => i.Deleted) : items.Where(i => !i.Deleted);
        if (filter.Id is { } own)
        {
            int? line = int.TryParse(own, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
            items = items.Where(i => i.ExternalId == own || i.Line == line);
        }
        items = Stated(db, projectId, items, filter.Status);
        items = Placed(db, items, filter.Stratum);
        items = Answered(db, projectId, items, filter);
        items = Spoken(db, items, filter);
        if (filter.Suspect is { } suspect)
        {
            var doubted = await suspects();
            items = items.Where(i => doubted.Contains(i.Id) == suspect);
        }
        if (filter.Gold is { } gold) items = items.Where(i => i.Gold != null == gold);
        if (filter.Metadata is { } field)
        {
            var fitting = ItemFields.Having(db, projectId, field.Name, field.Value);
            items = items.Where(i => fitting.Contains(i.Id));
        }
        return items;
    }

    // the text's words, or an item's own id
    private static async Task<IQueryable<Item>> SearchedAsync(AppDbContext db, IQueryable<Item> all, string search,
        CancellationToken cancellation)
    {
        if (search.Length == 0) return all;
        var own = await all.Where(i => i.ExternalId == search).Select(i => i.Id).ToListAsync(cancellation);
        var matching = ItemSearch.Matching(db, search).Select(i => i.Id);
        return own.Count == 0 ? all.Where(i => matching.Contains(i.Id))
            : all.Where(i => matching.Contains(i.Id) || own.Contains(i.Id));
    }

    private static IQueryable<Item> Stated(AppDbContext db, int projectId, IQueryable<Item> items, ItemStatus? status) => status switch
    {
        ItemStatus.Open => items.Where(i => db.Slots.Any(s => s.ItemId == i.Id && s.AnswerId == null)
            && !db.Finals.Any(f => f.ItemId == i.Id)),
        ItemStatus.Labelled => items.Where(i => db.Answers.Any(a => a.ItemId == i.Id && a.Current)),
        ItemStatus.Undecided => items.Where(i => db.Finals.Any(f => f.ItemId == i.Id && f.By == FinalBy.None)),
        ItemStatus.Skipped => items.Where(i => db.Skips.Any(s => s.ItemId == i.Id)),
        ItemStatus.Unusable => items.Where(i => db.ScoresInUse(projectId).Any(s => s.ItemId == i.Id && s.Unusable != null)),
        _ => items,
    };

    // what an item is there for stands in itself; how the others came to their answer, in the final one
    private static IQueryable<Item> Placed(AppDbContext db, IQueryable<Item> items, Stratum? stratum) => stratum switch
    {
        null => items,
        Stratum.Gold => items.Where(i => i.Split == ItemSplit.Gold),
        Stratum.Test => items.Where(i => i.Split == ItemSplit.Test || i.Split == ItemSplit.Validation),
        _ => items.Where(i => i.Split == ItemSplit.Pool && db.Finals.Any(f => f.ItemId == i.Id && f.Stratum == stratum)),
    };

    private static IQueryable<Item> Answered(AppDbContext db, int projectId, IQueryable<Item> items, ItemFilter filter)
    {
        if (filter.Label is { } label)
        {
            // a label that was merged into this one is read as this one
            var labels = MergedLabels.Of(db.Labels.AsNoTracking().Where(l => l.ProjectId == projectId)).ReadAs(label);
            items = items.Where(i => db.AnswerParts.Any(p => p.ItemId == i.Id && labels.Contains(p.LabelId!.Value)
                && db.Finals.Any(f => f.ItemId == i.Id && f.AnswerId == p.AnswerId)));
        }
        if (filter.Annotator is { } person)
            items = items.Where(i => db.Answers.Any(a => a.ItemId == i.Id && a.UserId == person && a.Current));
        if (filter.Disagreement is { } differ)
            items = items.Where(i => db.Finals.Any(f => f.ItemId == i.Id && (f.By == FinalBy.None || f.By == FinalBy.Majority
                || f.By == FinalBy.Review && db.Answers.Any(a => a.ItemId == i.Id && a.Current && a.Role == AnswerRole.Annotator
                    && db.Answers.Any(b => b.ItemId == i.Id && b.Current && b.Role == AnswerRole.Annotator
                        && b.AnswerText != a.AnswerText)))) == differ);
        if (filter.Seconds is { } seconds)
        {
            var (least, most) = ((seconds.From ?? 0) * 1000, (seconds.To ?? int.MaxValue) * 1000);
            items = items.Where(i => db.Answers.Any(a => a.ItemId == i.Id && a.Current && a.ActiveMilliseconds > 0
                && a.ActiveMilliseconds >= least && a.ActiveMilliseconds <= most));
        }
        if (filter.Answered is { } times)
        {
            var (from, to) = ((long)(times.From ?? 0), (long)(times.To ?? long.MaxValue >> 1));
            items = items.Where(i => db.Answers.Any(a => a.ItemId == i.Id && a.Current && a.CreatedAt >= from && a.CreatedAt <= to));
        }
        return items;
    }

    private static IQueryable<Item> Spoken(AppDbContext db, IQueryable<Item> items, ItemFilter filter)
    {
        if (filter.Flag is { } flag) items = items.Where(i => db.Remarks.Any(r => r.ItemId == i.Id && r.Flagged) == flag);
        if (filter.Note is { } note) items = items.Where(i => db.Remarks.Any(r => r.ItemId == i.Id && r.Note != null) == note);
        if (filter.Skips is { } skips)
        {
            var (least, most) = (skips.From ?? 0, skips.To ?? int.MaxValue);
            items = items.Where(i => db.Skips.Count(s => s.ItemId == i.Id) >= least && db.Skips.Count(s => s.ItemId == i.Id) <= most);
        }
        return items;
    }
}
