using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Export;

/// <summary>A skip with its reason, or a flag or note, with the item it is about.</summary>
/// <param name="Kind">skip, note or flag.</param>
public sealed record SpokenRow(long ItemId, int Line, string? ExternalId, string Text, string Kind, string? What, string UserId, long At)
{
    /// <summary>All of a project, in the order of its items.</summary>
    public static async Task<IReadOnlyList<SpokenRow>> ReadAsync(AppDbContext db, int projectId, CancellationToken cancel)
    {
        var skips = await (from s in db.Skips where s.ProjectId == projectId join i in db.Items.Where(i => !i.Deleted)
                               on s.ItemId equals i.Id
                           select new SpokenRow(i.Id, i.Line, i.ExternalId, i.Text, "skip", s.Reason, s.UserId, s.CreatedAt))
                               .ToListAsync(cancel);
        var remarks = await (from r in db.Remarks where r.ProjectId == projectId && (r.Flagged || r.Note != null)
                             join i in db.Items.Where(i => !i.Deleted) on r.ItemId equals i.Id
                             select new SpokenRow(i.Id, i.Line, i.ExternalId, i.Text,
                                 r.Flagged ? r.Note == null ? "flag" : "flag, note" : "note",
                                 r.Note, r.UserId, r.UpdatedAt)).ToListAsync(cancel);
        return [.. skips.Concat(remarks).OrderBy(v => v.ItemId).ThenBy(v => v.At)];
    }
}
