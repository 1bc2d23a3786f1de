using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <param name="Open">Items that this person could get now.</param>
/// <param name="Own">Own current answers.</param>
/// <param name="PerHour">Own <see cref="Pace"/>; null before it is one.</param>
/// <param name="Last">When this person last answered, Unix milliseconds.</param>
public sealed record ProjectWork(int Id, string Name, ProjectState State, int Open, int Own, double? PerHour, long? Last);

/// <summary>What a person can label now: for the annotator's start page.</summary>
public sealed class AnnotatorWork(IDbContextFactory<AppDbContext> contexts, FigureBook figures, TimeProvider clock)
{
    // more is "many" to a person, and counting on costs
    public const int CountLimit = 10_000;

    /// <returns>Projects with work first, then by the last answer.</returns>
    public async Task<IReadOnlyList<ProjectWork>> ReadAsync(string userId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var projects = await db.Projects.AsNoTracking()
            .Where(p => p.DeletedAt == null && p.State != ProjectState.Setup && p.State != ProjectState.Archived)
            .Where(p => db.Memberships.Any(m => m.ProjectId == p.Id && m.UserId == userId)).ToListAsync(cancellation);
        var work = new List<ProjectWork>(projects.Count);
        foreach (var project in projects) work.Add(await ReadAsync(db, project, userId, cancellation));
        return [.. work.OrderByDescending(w => w.Open > 0).ThenByDescending(w => w.Last ?? 0)
            .ThenBy(w => w.Name, StringComparer.CurrentCulture)];
    }

    private async Task<ProjectWork> ReadAsync(AppDbContext db, Project project, string userId, CancellationToken cancellation)
    {
        var own = (await figures.OfAsync(project, cancellation) ?? ProjectFigures.Empty(project.Id)).Of(userId);
        var open = project.State != ProjectState.Active ? 0 : await OpenAsync(db, project, userId, cancellation);
        return new ProjectWork(project.Id, project.Name, project.State, open, own.Own, own.Pace.PerHour, own.Last);
    }

    private async Task<int> OpenAsync(AppDbContext db, Project project, string userId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var open = db.Slots.Where(s => s.ProjectId == project.Id && s.AnswerId == null && s.ImportId <= project.VisibleImport)
            .Where(s => s.UserId == null || s.UserId == userId || s.LeaseUntil < now);
        var many = await open.OrderBy(s => s.Id).Take(CountLimit).CountAsync(cancellation);
        if (many is 0 or CountLimit) return many;
        // few are skipped: from those to their slots, instead of from each slot to its skips
        return many - await open.CountAsync(s => db.Skips.Where(k => k.ProjectId == project.Id)
            .Where(k => k.UserId == userId || db.Skips.Count(o => o.ItemId == k.ItemId) >= First32.SkipLimit)
            .Select(k => k.ItemId).Contains(s.ItemId), cancellation);
    }
}
