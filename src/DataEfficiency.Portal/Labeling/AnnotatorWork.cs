using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <param name="Open">Items that this person could get now.</param>
/// <param name="Own">Own current answers.</param>
/// <param name="PerHour">Own <see cref="Pace"/>; null before it is one.</param>
/// <param name="Last">When this person last answered, Unix milliseconds.</param>
public sealed record ProjectWork(int Id, string Name, ProjectState State, int Open, int Own, double? PerHour, long? Last)
{
    /// <summary>Is a reviewer there; a lead gets to the reviews from the project's own pages.</summary>
    public bool Reviews { get; init; }

    /// <summary>Items that a review sent back to this person, and that they have not answered again.</summary>
    public int Returned { get; init; }
}

/// <summary>What a person can label now: for the annotator's start page.</summary>
public sealed class AnnotatorWork(IDbContextFactory<AppDbContext> contexts, FigureBook figures, TimeProvider clock)
{
    // more is "many" to a person, and counting on costs
    public const int CountLimit = 10_000;

    /// <summary>One statement, however many projects there are: a start page asks every few seconds.</summary>
    /// <returns>Projects with work first, then by the last answer.</returns>
    public async Task<IReadOnlyList<ProjectWork>> ReadAsync(string userId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var further = Finishing.Open(db);
        var rows = await db.Projects.AsNoTracking()
            .Where(p => p.DeletedAt == null && p.State != ProjectState.Setup && p.State != ProjectState.Archived)
            .Where(p => db.Memberships.Any(m => m.ProjectId == p.Id && m.UserId == userId && m.Role != ProjectRole.Viewer))
            .Select(p => new
            {
                Project = p,
                Reviews = db.Memberships.Any(m => m.ProjectId == p.Id && m.UserId == userId && m.Role == ProjectRole.Reviewer),
                Returned = db.Slots.Count(s => s.ProjectId == p.Id && s.UserId == userId && s.AnswerId == null && s.LeaseUntil >= now
                    && db.Reviews.Where(r => r.ItemId == s.ItemId).OrderByDescending(r => r.Id).Select(r => r.Verdict)
                        .FirstOrDefault() == ReviewVerdict.SentBack),
                // where nothing new begins: what waits for another answer
                Further = p.State != ProjectState.Stopped && !p.NothingNew ? 0
                    : db.Slots.Count(s => s.ProjectId == p.Id && s.UserId == userId && s.AnswerId == null && s.LeaseUntil >= now)
                    + further.Where(o => o.ProjectId == p.Id).Select(o => o.Slot)
                        .Count(s => (s.UserId == null || s.LeaseUntil < now)
                            && !db.Answers.Any(a => a.ItemId == s.ItemId && a.UserId == userId && a.Current)
                            && !db.Skips.Any(k => k.ItemId == s.ItemId && k.UserId == userId)),
                // everybody answers a gold item, whose slot is made when its turn comes: counted from the beginning, so that the figure
                // falls with each answer alike
                Gold = p.State != ProjectState.Active || p.NothingNew || p.GoldShare <= 0 ? 0 : db.Items
                    .Count(i => i.ProjectId == p.Id && i.Split == ItemSplit.Gold && i.ImportId <= p.VisibleImport && !i.Deleted
                        && !db.Answers.Any(a => a.ItemId == i.Id && a.UserId == userId && a.Current)
                        && !db.Skips.Any(k => k.ItemId == i.Id && k.UserId == userId)),
                GoldHeld = p.State != ProjectState.Active || p.NothingNew ? 0 : db.Slots
                    .Count(s => s.ProjectId == p.Id && s.UserId == userId && s.AnswerId == null && s.Split == ItemSplit.Gold),
                // in the order of an index, so that counting ends with the limit
                Open = p.State != ProjectState.Active || p.NothingNew ? 0 : db.Slots
                    .Where(s => s.ProjectId == p.Id && s.AnswerId == null && s.ImportId <= p.VisibleImport && s.Split != ItemSplit.Gold)
                    .Where(s => s.UserId == null || s.UserId == userId || s.LeaseUntil < now)
                    .OrderBy(s => s.UserId).Take(CountLimit).Count(),
                // few are skipped: from those to their slots, instead of from each slot to its skips
                Skipped = p.State != ProjectState.Active || p.NothingNew ? 0 : db.Slots
                    .Where(s => s.ProjectId == p.Id && s.AnswerId == null && s.ImportId <= p.VisibleImport && s.Split != ItemSplit.Gold)
                    .Where(s => s.UserId == null || s.UserId == userId || s.LeaseUntil < now)
                    .Count(s => db.Skips.Where(k => k.ProjectId == p.Id)
                        .Where(k => k.UserId == userId || db.Skips.Count(o => o.ItemId == k.ItemId) >= First32.SkipLimit)
                        .Select(k => k.ItemId).Contains(s.ItemId)),
                // what waits for somebody else's answer; and an item that waits for several people waits once for each of them
                NotOwn = p.State != ProjectState.Active || p.NothingNew || p.OverlapShare == 0 && p.TestAnswers < 2 ? 0 : db.Slots
                    .Where(s => s.ProjectId == p.Id && s.AnswerId == null && s.ImportId <= p.VisibleImport && s.UserId == null)
                    .OrderBy(s => s.UserId).Take(CountLimit)
                    .Count(s => db.Answers.Any(a => a.ItemId == s.ItemId && a.UserId == userId && a.Current)
                        || s.SlotNo > 0 && db.Slots.Any(o => o.ItemId == s.ItemId && o.SlotNo < s.SlotNo && o.AnswerId == null
                            && o.UserId == null)),
            }).ToListAsync(cancellation);
        var work = new List<ProjectWork>(rows.Count);
        foreach (var row in rows)
        {
            var pool = Math.Max(0, row.Open - row.Skipped - row.NotOwn);
            // gold items come between others, never alone
            work.Add(await WorkAsync(row.Project, userId, row.Open == CountLimit ? row.Open
                : pool + (pool > 0 ? row.Gold : row.GoldHeld) + row.Further, cancellation) with
            {
                Reviews = row.Reviews, Returned = row.Returned,
            });
        }
        return [.. work.OrderByDescending(w => w.Open > 0).ThenByDescending(w => w.Last ?? 0)
            .ThenBy(w => w.Name, StringComparer.CurrentCulture)];
    }

    private async Task<ProjectWork> WorkAsync(Project project, string userId, int open, CancellationToken cancellation)
    {
        var own = (await figures.OfAsync(project, cancellation) ?? ProjectFigures.Empty(project.Id)).Of(userId);
        return new ProjectWork(project.Id, project.Name, project.State, open, own.Own, own.Pace.PerHour, own.Last);
    }
}
