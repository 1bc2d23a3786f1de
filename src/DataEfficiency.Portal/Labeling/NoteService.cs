using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Flags, notes and unfinished text: a person's own, beside the answers.</summary>
public sealed class NoteService(WriteQueue writes, TimeProvider clock, IOptions<LabelingOptions> options)
{
    public Task<Receipt> RemarkAsync(int projectId, string userId, RemarkRecord record,
        CancellationToken cancellation) => writes.WriteAsync(async (db, c) =>
    {
        if (await RecordRules.CheckAsync(db, projectId, userId, record, c) is { } refusal) return refusal;
        if (record.Note?.Length > options.Value.NoteLimit)
            return Receipt.Refuse(record, ApiCodes.TooLong,
                LabelingWords.NoteTooLong(characters: record.Note.Length, most: options.Value.NoteLimit));
        var remark = await db.Remarks.FindAsync([record.ItemId, userId], c);
        if (remark is null) db.Remarks.Add(remark = new Remark { ProjectId = projectId, ItemId = record.ItemId, UserId = userId });
        (remark.Flagged, remark.Note, remark.UpdatedAt) =
            (record.Flagged, string.IsNullOrWhiteSpace(record.Note) ? null : record.Note, Now());
        await db.SaveChangesAsync(c);
        return Receipt.Of(record, Kept.Stored);
    }, cancellation);

    public Task<Receipt> DraftAsync(int projectId, string userId, DraftRecord record,
        CancellationToken cancellation) => writes.WriteAsync(async (db, c) =>
    {
        if (await RecordRules.CheckAsync(db, projectId, userId, record, c) is { } refusal) return refusal;
        var json = record.Answer?.GetRawText();
        if (json?.Length > 6 * options.Value.AnswerLimit)
            return Receipt.Refuse(record, ApiCodes.TooLong, LabelingWords.DraftTooLong);
        var draft = await db.Drafts.FindAsync([record.ItemId, userId], c);
        if (json is null)
        {
            if (draft is not null) db.Drafts.Remove(draft);
        }
        else
        {
            if (draft is null) db.Drafts.Add(draft = new Draft { ItemId = record.ItemId, UserId = userId });
            (draft.AnswerJson, draft.UpdatedAt) = (json, Now());
        }
        await db.SaveChangesAsync(c);
        return Receipt.Of(record, Kept.Stored);
    }, cancellation);

    /// <summary>A line more in a person's note on an item, as far as a note may be long.</summary>
    internal static async Task AddAsync(AppDbContext db, Answer answer, string line, int limit, CancellationToken cancellation)
    {
        var remark = await db.Remarks.FindAsync([answer.ItemId, answer.UserId], cancellation);
        if (remark is null)
            db.Remarks.Add(remark = new Remark { ProjectId = answer.ProjectId, ItemId = answer.ItemId, UserId = answer.UserId });
        var note = remark.Note is null ? line : $"{remark.Note}\n{line}";
        if (note.Length <= limit) (remark.Note, remark.UpdatedAt) = (note, answer.CreatedAt);
        await db.SaveChangesAsync(cancellation);
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
