using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// Where nothing new begins (labeling has stopped, or only reviews go on), items that have an answer still get the others that they wait
/// for. Which they are; <see cref="Storage.Sqlite.ClaimSql.Finish"/> serves them.
/// </summary>
internal static class Finishing
{
    public static bool IsAll(Project project) => project.State == ProjectState.Stopped || project.NothingNew;

    /// <summary>What was asked again (<see cref="Slot.Again"/>) is answered while reviews go on, and not after a stop.</summary>
    private static bool TakesAgain(Project project) => project.State != ProjectState.Stopped;

    public static string Sql(Project project) => TakesAgain(project) ? ClaimSql.Finish : ClaimSql.FinishStopped;

    /// <summary>Further places without an answer, on screens or not, of all projects. From the labels to their places: a pool has far more
    /// that nobody has begun.</summary>
    public static IQueryable<FurtherPlace> Open(AppDbContext db) =>
        from f in db.Finals
        join p in db.Projects on f.ProjectId equals p.Id
        join s in db.Slots on f.ItemId equals s.ItemId
        where s.AnswerId == null && s.SlotNo > 0 && s.ProjectId > 0 && s.Split < ItemSplit.Gold && s.ImportId <= p.VisibleImport
            && (s.Again == null || p.State != ProjectState.Stopped)
        select new FurtherPlace { ProjectId = p.Id, Slot = s };

    public static IQueryable<Slot> Open(AppDbContext db, int projectId) =>
        Open(db).Where(o => o.ProjectId == projectId).Select(o => o.Slot);

    /// <summary>Whether there may be one for this person, or something that is asked again.</summary>
    public static async Task<bool> AnyAsync(AppDbContext db, Project project, string userId, long now, CancellationToken cancellation) =>
        TakesAgain(project)
            && await db.Slots.AnyAsync(s => s.ProjectId == project.Id && s.AnswerId == null && s.Again != null, cancellation)
        || await Open(db, project.Id).AnyAsync(s => (s.UserId == null || s.LeaseUntil < now)
            && !db.Slots.Any(o => o.ItemId == s.ItemId && o.UserId == userId), cancellation);

    /// <summary>Items of the pool whose answer is one person's, and that nobody is asked for a second time.</summary>
    public static IQueryable<Item> Single(AppDbContext db, int projectId) => db.Items.Where(i => i.ProjectId == projectId && !i.Deleted
        && i.Split == ItemSplit.Pool && db.Finals.Any(f => f.ItemId == i.Id && f.By == FinalBy.Only)
            && !db.Slots.Any(s => s.ItemId == i.Id && s.AnswerId == null));

    internal sealed class FurtherPlace
    {
        public int ProjectId { get; init; }
        public Slot Slot { get; init; } = default!;
    }
}
