using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>To which items an action can be done. Asked when they are counted, and again in the transaction that does it.</summary>
internal static class BulkFit
{
    public static IQueryable<Item> Of(AppDbContext db, BulkTurn turn, IReadOnlyCollection<long> ids)
    {
        var (project, ask, now) = (turn.Project, turn.Ask, turn.Now);
        // the sum: by the ids, not over all items of the project
        var items = db.Items.Where(i => ids.Contains(i.Id) && i.ProjectId + 0 == project.Id && i.ImportId <= project.VisibleImport);
        if (ask.Action == BulkAction.Restore) return items.Where(i => i.Deleted);
        items = items.Where(i => !i.Deleted);
        // what everybody answers has no place in a queue
        var served = items.Where(i => i.Split != ItemSplit.Gold);
        return ask.Action switch
        {
            BulkAction.Delete => items,
            BulkAction.Requeue => served.Where(i => db.Skips.Any(s => s.ItemId == i.Id)
                || db.Slots.Any(s => s.ItemId == i.Id && s.AnswerId != null)
                || db.Answers.Any(a => a.ItemId == i.Id && a.Current && a.Role != AnswerRole.Import)),
            BulkAction.Priority => items.Where(i => i.Split == ItemSplit.Pool && db.Slots.Any(s => s.ItemId == i.Id && s.AnswerId == null)),
            BulkAction.Label => items.Where(i => i.Split == ItemSplit.Pool
                && !db.Answers.Any(a => a.ItemId == i.Id && a.Current && a.Role != AnswerRole.Bulk)),
            BulkAction.Assign => served.Where(i => db.Slots.Any(s => s.ItemId == i.Id && s.AnswerId == null
                    && (s.UserId == null || s.LeaseUntil < now))
                && !db.Slots.Any(s => s.ItemId == i.Id && s.UserId == ask.Person)
                && !db.Answers.Any(a => a.ItemId == i.Id && a.UserId == ask.Person && a.Current)
                && !db.Skips.Any(s => s.ItemId == i.Id && s.UserId == ask.Person)),
            // where gold is the test set, what was ever trained on must not come into it
            _ => served.Where(i => project.GoldIsTest ? i.Gold != null && !db.Answers.Any(a => a.ItemId == i.Id)
                : i.Split == ItemSplit.Pool && (i.Gold != null || db.Finals.Any(f => f.ItemId == i.Id && f.AnswerText != null))),
        };
    }
}
