using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Webhooks;

namespace DataEfficiency.Portal.Export;

/// <summary>That something left the house: for the audit, and for webhooks of the project.</summary>
internal static class ExportRecord
{
    /// <param name="projectId">Null: the whole installation.</param>
    /// <param name="what">export, and the ending of the file.</param>
    /// <param name="labels">How many the file was made from.</param>
    /// <param name="id">Of an export that programs can download by it.</param>
    /// <param name="asked">What else the audit keeps of it.</param>
    public static async Task AddAsync(AppDbContext db, int? projectId, string by, string what, int labels, long now,
        CancellationToken cancellation, int? id = null, string? asked = null)
    {
        AuditTrail.Add(db, now, by, what, after: asked ?? $"{labels}", projectId: projectId);
        await db.SaveChangesAsync(cancellation);
        if (projectId is { } project)
            await WebhookOutbox.AddAsync(db, project, WebhookEvents.ExportDone, now, () => new { id, export = what, labels, by },
                cancellation);
    }
}
