using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// Where nothing new begins (labeling has stopped, or only reviews go on), items that have an answer still get the others that they wait
/// for. Which they are; <see cref="Storage.Sqlite.ClaimSql.Finish"/> serves them.
/// </summary>
internal static class Finishing
{
    public static bool IsAll(Project project) => project.State == ProjectState.Stopped || project.NothingNew;

    /// <summary>Further places without an answer, on screens or not.</summary>
    public static IQueryable<Slot> Open(AppDbContext db, Project project) => db.Slots.Where(s => s.ProjectId == project.Id
        && s.AnswerId == null && s.Split < ItemSplit.Gold && s.ImportId <= project.VisibleImport
        && (s.Again != null || s.SlotNo > 0 && db.Finals.Any(f => f.ItemId == s.ItemId)));

    /// <summary>Whether there may be one for this person.</summary>
    public static Task<bool> AnyAsync(AppDbContext db, Project project, string userId, long now, CancellationToken cancellation) =>
        Open(db, project).AnyAsync(s => (s.UserId == null || s.LeaseUntil < now)
            && !db.Slots.Any(o => o.ItemId == s.ItemId && o.UserId == userId), cancellation);

    /// <summary>Items of the pool whose answer is one person's, and that nobody is asked for a second time.</summary>
    public static IQueryable<Item> Single(AppDbContext db, int projectId) => db.Items.Where(i => i.ProjectId == projectId && !i.Deleted
        && i.Split == ItemSplit.Pool && db.Finals.Any(f => f.ItemId == i.Id && f.By == FinalBy.Only)
            && !db.Slots.Any(s => s.ItemId == i.Id && s.AnswerId == null));
}
