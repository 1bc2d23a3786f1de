using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Schemas;

/// <summary>A label that was retired meanwhile refuses no work that began before.</summary>
internal static class LabelsThen
{
    /// <param name="labels">Those that an answer names, some of them retired.</param>
    /// <returns>The same as they were when the item was last served to the person, and the version of the answer set of that
    /// moment.</returns>
    public static async Task<(IReadOnlyList<Label> Labels, int Version)> OfAsync(AppDbContext db, Project project, string userId,
        long itemId, IReadOnlyList<Label> labels, CancellationToken cancellation)
    {
        var served = await db.Claims.Where(c => c.ItemId == itemId && c.UserId == userId).MaxAsync(c => (long?)c.At, cancellation);
        var then = await db.Schemas.AsNoTracking().Where(s => s.ProjectId == project.Id && s.CreatedAt <= served)
            .OrderByDescending(s => s.Version).FirstOrDefaultAsync(cancellation);
        if (then is null || then.Version == project.SchemaVersion) return (labels, project.SchemaVersion);
        var open = await db.SchemaLabels.Where(l => l.SchemaId == then.Id && !l.Retired).Select(l => l.LabelId).ToListAsync(cancellation);
        return ([.. labels.Select(l => l.Retired && open.Contains(l.Id) ? Unretired(l) : l)], then.Version);
    }

    private static Label Unretired(Label l) => new()
    {
        Id = l.Id, ProjectId = l.ProjectId, Name = l.Name, AnswerText = l.AnswerText, Order = l.Order, Key = l.Key, Colour = l.Colour,
        Group = l.Group, Description = l.Description,
    };
}
