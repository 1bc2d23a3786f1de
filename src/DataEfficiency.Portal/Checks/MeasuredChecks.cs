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
        return [.. rows.Where(c => c.ModelSha256 == rows[^1].ModelSha256 && c.Examples <= LabelAxis.MaxExamples
                && CheckPoints.HasGap(c.ZeroShot!.Value, project.Ceiling))
            .Select(c => new MeasuredPoint(c.Examples!.Value, c.Score!.Value, c.Tested!.Value, c.ZeroShot, CheckPoints.Of(c.Examples.Value,
                (int)Math.Round(c.Score.Value * c.Tested.Value), c.Tested.Value, c.ZeroShot!.Value, project.Ceiling).StandardError))];
    }
}
