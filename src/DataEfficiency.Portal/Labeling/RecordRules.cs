using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>What every outbox record must fulfil. A paused or stopped project is no reason to refuse work that was done.</summary>
internal static class RecordRules
{
    public static Receipt OtherUser(IOutboxRecord record) =>
        Receipt.Refuse(record, "other-user", "This was answered by another person; it is kept until that person signs in again.",
            StatusCodes.Status403Forbidden);

    public static async Task<Receipt?> CheckAsync(AppDbContext db, int projectId, string userId, IOutboxRecord record,
        CancellationToken cancellation)
    {
        if (record.User != userId) return OtherUser(record);
        var there = await db.Items.AnyAsync(i => i.Id == record.ItemId && i.ProjectId == projectId
            && db.Projects.Any(p => p.Id == projectId && p.DeletedAt == null && i.ImportId <= p.VisibleImport), cancellation);
        if (!there) return Receipt.Refuse(record, "unknown-item", $"Item {record.ItemId} is not in this project (any more).",
            StatusCodes.Status404NotFound);
        return await db.Memberships.AnyAsync(m => m.ProjectId == projectId && m.UserId == userId, cancellation) ? null
            : Receipt.Refuse(record, "removed", "You are not in this project any more, so this was not taken. A lead can invite you again.",
                StatusCodes.Status403Forbidden);
    }

    /// <summary>Held a card or has worked here before: such a person hears why nothing is taken, a foreign one hears of no
    /// project.</summary>
    public static async Task<bool> ServedAsync(AppDbContext db, int projectId, string userId, CancellationToken cancellation) =>
        await db.Slots.AnyAsync(s => s.ProjectId == projectId && s.UserId == userId, cancellation)
        || await db.Answers.AnyAsync(l => l.ProjectId == projectId && l.UserId == userId, cancellation)
        || await db.Skips.AnyAsync(k => k.ProjectId == projectId && k.UserId == userId, cancellation);
}
