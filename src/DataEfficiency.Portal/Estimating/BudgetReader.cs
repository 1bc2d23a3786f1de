using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>Reads what the pages show beside the forecast, inside the snapshot of the forecast.</summary>
internal static class BudgetReader
{
    private const int HistoryRows = 50, SettledPoints = 200;

    public static async Task<BudgetView> ReadAsync(AppDbContext db, Project project, ProjectFigures figures, CancellationToken cancellation)
    {
        var rows = db.Estimates.Where(e => e.ProjectId == project.Id).OrderByDescending(e => e.Id);
        var history = await rows.Take(HistoryRows).Select(e => new EstimateRow(e.Id, e.CreatedAt, e.LabelVersion, e.LabelCount,
            e.FirstCount, e.CosLow, e.PReach, e.Median, e.Model, e.AdapterSeed, e.DurationMilliseconds, e.Error)).ToListAsync(cancellation);
        var settled = await rows.Where(e => e.CosLow != null).Take(SettledPoints).Select(e => e.CosLow!.Value).ToListAsync(cancellation);
        settled.Reverse();
        string[] people = [.. figures.People.Keys, .. project.StoppedBy is { } lead ? [lead] : Array.Empty<string>()];
        var names = await db.Users
            .Where(u => people.Contains(u.Id)
                || db.Memberships.Any(m => m.ProjectId == project.Id && m.UserId == u.Id && m.Role == ProjectRole.Annotator))
            .Select(u => new { u.Id, Name = u.DisplayName.Length > 0 ? u.DisplayName : u.UserName ?? u.Id,
                Annotates = db.Memberships.Any(m => m.ProjectId == project.Id && m.UserId == u.Id && m.Role == ProjectRole.Annotator) })
            .ToListAsync(cancellation);
        return new(project, await db.Labels.CountAsync(d => d.ProjectId == project.Id && !d.Retired, cancellation),
            names.FirstOrDefault(n => n.Id == project.StoppedBy)?.Name,
            names.Where(n => n.Annotates || figures.People.ContainsKey(n.Id)).ToDictionary(n => n.Id, n => n.Name), history, settled)
        {
            Checks = await ChecksView.ReadAsync(db, project, figures, cancellation),
        };
    }
}
