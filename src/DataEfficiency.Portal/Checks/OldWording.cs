using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Checks;

/// <summary>Checks that were run on answer texts that are others now: reworded, or merged since.</summary>
internal static class OldWording
{
    public static async Task<IReadOnlySet<int>> ReadAsync(AppDbContext db, Project project, IEnumerable<Storage.Check> checks,
        CancellationToken cancellation)
    {
        var run = checks.Where(c => c.Score is not null).ToList();
        if (project.SchemaVersion <= 1 || run.Count == 0) return new HashSet<int>();
        var versions = await db.Schemas.AsNoTracking().Where(s => s.ProjectId == project.Id).OrderBy(s => s.Version)
            .ToListAsync(cancellation);
        var labels = (await db.SchemaLabels.AsNoTracking().Where(l => db.Schemas.Any(s => s.Id == l.SchemaId && s.ProjectId == project.Id))
            .ToListAsync(cancellation)).ToLookup(l => l.SchemaId, l => (l.LabelId, l.AnswerText, l.MergedIntoId));
        var now = labels[versions[^1].Id].ToDictionary(l => l.LabelId);
        return run.Where(c => versions.LastOrDefault(v => v.CreatedAt <= c.CreatedAt) is { } then
            && labels[then.Id].Any(l => now.TryGetValue(l.LabelId, out var same) && same != l)).Select(c => c.Id).ToHashSet();
    }
}
