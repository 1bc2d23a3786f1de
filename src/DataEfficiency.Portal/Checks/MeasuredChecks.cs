using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Checks;

/// <summary>The checks of a project as points of its curve: those of the model that it has now, cross-validated ones among them.</summary>
public static class MeasuredChecks
{
    public static async Task<IReadOnlyList<MeasuredPoint>> ReadAsync(AppDbContext db, Project project, CancellationToken cancellation)
    {
        var rows = await db.Checks.AsNoTracking().Where(c => c.ProjectId == project.Id && c.Model == project.Model && c.Score != null)
            .OrderBy(c => c.Id).ToListAsync(cancellation);
        // only the newest weights of that name; and measured against today's ceiling, whatever it was then
        return [.. rows.Where(c => c.ModelSha256 == rows[^1].ModelSha256 && c.Examples <= LabelAxis.MaxExamples)
            .Select(c => (Row: c, Point: CheckPoint.Of(c.Score!.Value, c.Tested!.Value, c.ZeroShot!.Value, project.Ceiling)))
            .Where(c => c.Point is not null)
            .Select(c => new MeasuredPoint(c.Row.Examples!.Value, c.Row.Score!.Value, c.Row.Tested!.Value, c.Row.ZeroShot,
                c.Point!.Value.StandardError))];
    }
}
