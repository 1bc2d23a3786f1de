using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <param name="Open">Items that this person could get now.</param>
/// <param name="Own">Own current answers.</param>
/// <param name="PerHour">Own pace over active time of the last 50 answers; null under 5.</param>
/// <param name="Last">When this person last answered, Unix milliseconds.</param>
public sealed record ProjectWork(int Id, string Name, ProjectState State, int Open, int Own, double? PerHour, long? Last);

/// <summary>What a person can label now: for the annotator's start page.</summary>
public sealed class AnnotatorWork(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    private const int PaceOver = 50, PaceFrom = 5;
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
        return [.. work.OrderByDescending(w => w.Open > 0).ThenByDescending(w => w.Last ?? 0).ThenBy(w => w.Name, StringComparer.CurrentCulture)];
    }

    private async Task<ProjectWork> ReadAsync(AppDbContext db, Project project, string userId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var open = project.State != ProjectState.Active ? 0 : await db.Slots
            .Where(s => s.ProjectId == project.Id && s.AnswerId == null && s.ImportId <= project.VisibleImport)
            .Where(s => s.UserId == null || s.UserId == userId || s.LeaseUntil < now)
            .Where(s => !db.Skips.Any(k => k.ItemId == s.ItemId && k.UserId == userId)
                && db.Skips.Count(k => k.ItemId == s.ItemId) < First32.SkipLimit)
            .OrderBy(s => s.Id).Take(CountLimit).CountAsync(cancellation);
        var own = db.Answers.Where(l => l.ProjectId == project.Id && l.UserId == userId && l.Current);
        var recent = await own.OrderByDescending(l => l.CreatedAt).Take(PaceOver)
            .Select(l => new { l.CreatedAt, l.ActiveMilliseconds }).ToListAsync(cancellation);
        var hours = recent.Sum(l => (double)l.ActiveMilliseconds) / 3_600_000;
        return new ProjectWork(project.Id, project.Name, project.State, open, await own.CountAsync(cancellation),
            recent.Count >= PaceFrom && hours > 0 ? recent.Count / hours : null, recent.FirstOrDefault()?.CreatedAt);
    }
}
