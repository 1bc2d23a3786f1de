using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>What every outbox record must fulfil. A paused or stopped project is no reason to refuse work on what was served.</summary>
internal static class RecordRules
{
    public static Receipt OtherUser(IOutboxRecord record) =>
        Receipt.Refuse(record, ApiCodes.OtherUser, LabelingWords.OtherUser, StatusCodes.Status403Forbidden);

    public static async Task<Receipt?> CheckAsync(AppDbContext db, int projectId, string userId, IOutboxRecord record,
        CancellationToken cancellation)
    {
        if (record.User != userId) return OtherUser(record);
        var facts = await db.Items
            .Where(i => i.Id == record.ItemId && i.ProjectId == projectId
                && db.Projects.Any(p => p.Id == projectId && p.DeletedAt == null && i.ImportId <= p.VisibleImport))
            .Select(i => new
            {
                Member = db.Memberships.Any(m => m.ProjectId == projectId && m.UserId == userId && m.Role != ProjectRole.Viewer),
                // an imported answer is its importer's to correct
                Served = db.Claims.Any(c => c.ItemId == i.Id && c.UserId == userId)
                    || db.Answers.Any(a => a.ItemId == i.Id && a.UserId == userId && a.Role != AnswerRole.Review),
            }).SingleOrDefaultAsync(cancellation);
        return Check(record, facts is not null, facts?.Member == true, facts?.Served == true);
    }

    /// <param name="there">The item is a visible one of the project.</param>
    /// <param name="member">Labels here; a viewer does not.</param>
    /// <param name="served">It was given to this person.</param>
    public static Receipt? Check(IOutboxRecord record, bool there, bool member, bool served) => (there, member, served) switch
    {
        (false, _, _) => Receipt.Refuse(record, ApiCodes.UnknownItem, LabelingWords.UnknownItem($"{record.ItemId}"),
            StatusCodes.Status404NotFound),
        (_, false, _) => Receipt.Refuse(record, ApiCodes.Removed, LabelingWords.Removed,
            StatusCodes.Status403Forbidden),
        // answers to items of one's own choice would spoil the random sample
        (_, _, false) => Receipt.Refuse(record, ApiCodes.NotServed, LabelingWords.NotServed,
            StatusCodes.Status403Forbidden),
        _ => null,
    };

    /// <summary>Was given an item here before: such a person hears why nothing is taken, a foreign one hears of no project.</summary>
    public static Task<bool> ServedAsync(AppDbContext db, int projectId, string userId, CancellationToken cancellation) =>
        db.Claims.AnyAsync(c => c.UserId == userId && db.Items.Any(i => i.Id == c.ItemId && i.ProjectId == projectId), cancellation);
}
