using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

/// <summary>What a project's card on the start page shows.</summary>
/// <param name="Estimate">The newest that did not fail, or null.</param>
/// <param name="Curve">Median accuracy (share of the way) over growing labels, for the sparkline; empty without a forecast.</param>
public sealed record ProjectCard(Project Project, int Labels, Import? Import, RankJob? Ranking, StoredEstimate? Estimate, IReadOnlyList<double> CosLow);

/// <summary>The projects a lead sees.</summary>
public sealed class ProjectCards(IDbContextFactory<AppDbContext> contexts)
{
    private const int SparkPoints = 40;

    /// <param name="all">An admin sees all projects, a lead those led.</param>
    public async Task<IReadOnlyList<ProjectCard>> ReadAsync(string userId, bool all, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var projects = await db.Projects.AsNoTracking()
            .Where(p => p.DeletedAt == null && (all || db.Memberships.Any(m => m.ProjectId == p.Id && m.UserId == userId && m.Role == ProjectRole.Lead)))
            .OrderBy(p => p.State == ProjectState.Archived).ThenByDescending(p => p.Id).ToListAsync(cancel);
        var cards = new List<ProjectCard>(projects.Count);
        foreach (var project in projects)
        {
            var good = db.Estimates.AsNoTracking().Where(e => e.ProjectId == project.Id && e.Error == null).OrderByDescending(e => e.Id);
            cards.Add(new ProjectCard(project,
                await db.Slots.CountAsync(s => s.ProjectId == project.Id && s.LabelId != null && s.ImportId <= project.VisibleImport, cancel),
                await db.Imports.AsNoTracking().Where(i => i.ProjectId == project.Id).OrderByDescending(i => i.Id).FirstOrDefaultAsync(cancel),
                await db.RankJobs.AsNoTracking().Where(j => j.ProjectId == project.Id).OrderByDescending(j => j.Id).FirstOrDefaultAsync(cancel),
                await good.Select(e => new StoredEstimate
                {
                    Id = e.Id, LabelCount = e.LabelCount, FirstCount = e.FirstCount, CosLow = e.CosLow, PReach = e.PReach, Median = e.Median, Low80 = e.Low80, High80 = e.High80, Payload = e.Payload,
                }).FirstOrDefaultAsync(cancel),
                await good.Where(e => e.CosLow != null).Take(SparkPoints).Select(e => e.CosLow!.Value).ToListAsync(cancel)));
        }
        return cards;
    }
}
