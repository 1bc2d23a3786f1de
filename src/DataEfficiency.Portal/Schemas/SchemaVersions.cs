using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Schemas;

/// <summary>Keeps every version of a project's answer set.</summary>
internal static class SchemaVersions
{
    /// <summary>
    /// Writes down the answer set as it stands now, where it differs from its newest version (or has none yet). In the transaction of the
    /// change, after that was saved.
    /// </summary>
    public static async Task KeepAsync(AppDbContext db, Project project, string userId, long now, CancellationToken cancellation)
    {
        var labels = await db.Labels.Where(l => l.ProjectId == project.Id).OrderBy(l => l.Id).ToListAsync(cancellation);
        var newest = await db.Schemas.Where(s => s.ProjectId == project.Id).OrderByDescending(s => s.Version)
            .FirstOrDefaultAsync(cancellation);
        if (newest is not null)
        {
            var kept = await db.SchemaLabels.AsNoTracking().Where(l => l.SchemaId == newest.Id).OrderBy(l => l.LabelId)
                .ToListAsync(cancellation);
            if (kept.Select(Words).SequenceEqual(labels.Select(l => Words(Of(newest.Id, l))))) return;
        }
        var schema = new Schema { ProjectId = project.Id, Version = (newest?.Version ?? 0) + 1, CreatedBy = userId, CreatedAt = now };
        db.Schemas.Add(schema);
        await db.SaveChangesAsync(cancellation);
        db.SchemaLabels.AddRange(labels.Select(l => Of(schema.Id, l)));
        project.SchemaVersion = schema.Version;
        await db.SaveChangesAsync(cancellation);
        await WebhookOutbox.AddAsync(db, project, WebhookEvents.SchemaChanged, now, () => new { schema = schema.Version, by = userId },
            cancellation);
    }

    private static (int, string, string, int, string?, string?, string?, string?, bool, int?, int?) Words(SchemaLabel l) =>
        (l.LabelId, l.Name, l.AnswerText, l.Order, l.Key, l.Colour, l.Group, l.Description, l.Retired, l.MergedIntoId,
        l.AskedAgainFrom);

    private static SchemaLabel Of(int schemaId, Label l) => new()
    {
        SchemaId = schemaId, LabelId = l.Id, Name = l.Name, AnswerText = l.AnswerText, Order = l.Order, Key = l.Key, Colour = l.Colour,
        Group = l.Group, Description = l.Description, Retired = l.Retired, MergedIntoId = l.MergedIntoId,
        AskedAgainFrom = l.AskedAgainFrom,
    };
}
