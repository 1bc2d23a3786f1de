using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Figures of the label page, and why there is no card.</summary>
public sealed class ProgressReader(TimeProvider clock)
{
    // items, not answers: two people who answer the same item have answered one. But where some are answered by everybody, to show how
    // well, the count goes on with each answer: whoever answers one that another has answered shall not see by it which it was
    public static Progress Of(Project project, ProjectFigures figures, string userId) => new(figures.First.Answered,
        figures.First.Items.Length, TestSet.IsHidden(project) ? figures.Answers : figures.Labelled, project.ItemCount,
        figures.Of(userId).Own, project.RankVersion > 0, figures.Of(userId).Pace.PerHour, project.SchemaVersion, figures.Version);

    /// <summary>Why this person gets no card now, and who or what changes that.</summary>
    public async Task<DeckEnd?> EndAsync(AppDbContext db, Project project, string userId, CancellationToken cancellation)
    {
        // one moment: what is held and what is done may change meanwhile
        await using var snapshot = await ReadSnapshot.BeginAsync(db, cancellation);
        var leads = string.Join(", ", await db.Memberships.Where(m => m.ProjectId == project.Id && m.Role == ProjectRole.Lead)
            .Join(db.Users, m => m.UserId, u => u.Id, (m, u) => u.DisplayName).OrderBy(n => n).Take(3).ToListAsync(cancellation));
        var who = leads.Length == 0 ? null : leads;
        switch (project.State)
        {
            case ProjectState.Setup: return new DeckEnd(ApiCodes.Setup, LabelingWords.EndSetup(who));
            case ProjectState.Paused: return new DeckEnd(ApiCodes.Paused, LabelingWords.EndPaused(who));
            case ProjectState.Stopped: return new DeckEnd(ApiCodes.Stopped, LabelingWords.EndStopped(who));
            case ProjectState.Archived: return new DeckEnd(ApiCodes.Archived, LabelingWords.EndArchived(who));
        }
        if (project.NothingNew) return new DeckEnd(ApiCodes.Reviewing, LabelingWords.EndReviewing(who));
        if (await GoldBar.StopsAsync(db, project, userId, cancellation)) return new DeckEnd(ApiCodes.Gold, LabelingWords.EndGold(who));
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var open = db.Slots.Where(s => s.ProjectId == project.Id && s.AnswerId == null && s.ImportId <= project.VisibleImport);
        var holders = await Holders.ReadAsync(db, open, userId, now, cancellation);
        if (holders.Count > 0)
        {
            var first = await open.Where(s => s.UserId != null && s.LeaseUntil >= now).MinAsync(s => s.LeaseUntil, cancellation);
            var others = holders.Sum(h => h.Items);
            return new DeckEnd(ApiCodes.Held,
                holders[0].Name is null ? LabelingWords.EndHeldByYou : LabelingWords.EndHeldByOthers(others), first, holders);
        }
        var own = db.Answers.Where(a => a.ProjectId == project.Id && a.UserId == userId && a.Current).Select(a => a.ItemId);
        if (await open.CountAsync(s => !own.Contains(s.ItemId), cancellation) is > 0 and var left)
            return new DeckEnd(ApiCodes.Skipped, LabelingWords.EndSkipped(items: left, leads: who));
        if (await open.CountAsync(cancellation) is > 0 and var waiting)
            return new DeckEnd(ApiCodes.Others, LabelingWords.EndOthers(waiting));
        return project.ItemCount == 0
            && !await db.Items.AnyAsync(i => i.ProjectId == project.Id && i.ImportId <= project.VisibleImport, cancellation)
            ? new DeckEnd(ApiCodes.Empty, LabelingWords.EndEmpty(who))
            : new DeckEnd(ApiCodes.Done, LabelingWords.EndDone);
    }
}
