using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// What one person has said about one item so far. Tabs send when they can, so which of two came later is told by the time on the
/// person's screen (it rises with every correction), never by the order of arrival.
/// </summary>
/// <param name="Answers">This person's on the item, and whichever has the record's submission id.</param>
/// <param name="Skips">Everybody's.</param>
internal sealed record Standing(string UserId, IReadOnlyList<Answer> Answers, IReadOnlyList<Skip> Skips)
{
    public static async Task<Standing> ReadAsync(AppDbContext db, string userId, IAnsweredRecord record, CancellationToken cancellation) =>
        new(
        userId,
        await db.Answers.Where(a => a.SubmissionId == record.SubmissionId || a.ItemId == record.ItemId && a.UserId == userId
            && a.Role != AnswerRole.Review)
            .ToListAsync(cancellation),
        await db.Skips.Where(k => k.ItemId == record.ItemId).ToListAsync(cancellation));

    public Answer? Current => Answers.FirstOrDefault(a => a.Current && a.UserId == UserId);

    public Skip? Skip => Skips.FirstOrDefault(k => k.UserId == UserId);

    public Answer? Known(Guid submission) => Answers.FirstOrDefault(a => a.SubmissionId == submission);

    /// <summary>When the newest was given, by the person's clock.</summary>
    private long At => Math.Max(Answers.Count == 0 ? 0 : Answers.Max(a => a.AnsweredAt), Skip?.AnsweredAt ?? 0);

    /// <summary>The record's place in the order of this person's answers to the item; one that names no time is new now.</summary>
    public long PlaceOf(IAnsweredRecord record, long now)
    {
        if (record.AnsweredAt is not { } said) return Math.Max(now, At + 1);
        // however far ahead a clock is, something can be later
        var at = Math.Clamp(said, 0, long.MaxValue / 2);
        return Revises(record.Revises) ? Math.Max(at, At + 1) : at;
    }

    /// <summary>Something newer of this person is here already.</summary>
    public bool IsNewerThan(long place, Guid submission) =>
        At > place || Answers.Any(a => a.AnsweredAt == place && a.SubmissionId.CompareTo(submission) > 0) || Skip is { } skip
            && skip.AnsweredAt == place && skip.SubmissionId.CompareTo(submission) > 0;

    private bool Revises(Guid? revises) => revises is { } id && (Current?.SubmissionId == id || Skip?.SubmissionId == id);
}
