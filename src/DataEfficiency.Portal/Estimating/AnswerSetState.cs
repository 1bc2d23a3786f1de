using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What a change of the answer set leaves open for the forecast.</summary>
/// <param name="AskedAgain">Items whose answers were taken back and that wait to be answered anew: out of the forecast so long.</param>
/// <param name="IsBeingFitted">What was answered before is still being fitted to the changed labels.</param>
/// <param name="BeforeGrowth">Labels that were given before the newest label was offered, where no check has run since; else 0.</param>
public sealed record AnswerSetState(int AskedAgain, bool IsBeingFitted, int BeforeGrowth)
{
    public static AnswerSetState Settled { get; } = new(0, false, 0);

    /// <summary>Until then nobody is told to stop.</summary>
    public bool IsOpen => AskedAgain > 0 || IsBeingFitted;

    public static async Task<AnswerSetState> ReadAsync(AppDbContext db, Project project, CancellationToken cancellation) =>
        // nothing was ever changed
        project.SchemaVersion <= 1 ? Settled : new(await OutgrownAnswers.OpenAsync(db, project.Id, cancellation),
            await db.Jobs.Open().AnyAsync(j => j.ProjectId == project.Id && j.Kind == JobKind.AnswerSet, cancellation),
            await BeforeGrowthAsync(db, project, cancellation));

    private static async Task<int> BeforeGrowthAsync(AppDbContext db, Project project, CancellationToken cancellation)
    {
        var first = await db.SchemaLabels.Where(l => db.Labels.Any(o => o.Id == l.LabelId && o.ProjectId == project.Id && !o.Retired))
            .Join(db.Schemas, l => l.SchemaId, s => s.Id, (l, s) => new { l.LabelId, s.Version })
            .GroupBy(l => l.LabelId).Select(g => g.Min(l => l.Version)).ToListAsync(cancellation);
        var newest = first.DefaultIfEmpty(1).Max();
        if (newest <= 1) return 0;
        var grown = await db.Schemas.Where(s => s.ProjectId == project.Id && s.Version == newest).Select(s => s.CreatedAt)
            .SingleAsync(cancellation);
        return await db.Checks.AnyAsync(c => c.ProjectId == project.Id && c.Score != null && c.CreatedAt >= grown, cancellation) ? 0
            : await db.Finals.CountAsync(f => f.ProjectId == project.Id && f.AnswerId != null && f.SchemaVersion < newest, cancellation);
    }
}
