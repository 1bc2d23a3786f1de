using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <param name="Text">The first 200 characters, or all of it where one item was asked for.</param>
/// <param name="Parts">The text's named parts, where it has them and the text is whole.</param>
/// <param name="SubmissionId">What a correction revises.</param>
/// <param name="AnsweredAt">A correction is later than that, whatever the browser's clock says.</param>
public sealed record RecentAnswer(long ItemId, string Text, JsonElement? Parts, JsonElement Answer, string AnswerText, long At,
    int ActiveMs, bool Flagged, string? Note, Guid SubmissionId, long AnsweredAt);

/// <summary>A person's own last answers, on any machine, to look back at and to reopen.</summary>
public sealed class RecentAnswers(IDbContextFactory<AppDbContext> contexts)
{
    public const int Limit = 50;
    private const int Excerpt = 200;

    /// <param name="itemId">Only this item, with its whole text.</param>
    /// <returns>Newest first.</returns>
    public async Task<IReadOnlyList<RecentAnswer>> ReadAsync(int projectId, string userId, long? itemId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.Answers.AsNoTracking()
            .Where(l => l.ProjectId == projectId && l.UserId == userId && l.Current
                && l.Role != AnswerRole.Review && (itemId == null || l.ItemId == itemId))
            .OrderByDescending(l => l.CreatedAt).ThenByDescending(l => l.Id).Take(Limit)
            .Join(db.Items, l => l.ItemId, i => i.Id, (l, i) =>
                new { Answer = l, Text = itemId == null ? i.Text.Substring(0, Excerpt) : i.Text, Parts = itemId == null
                && i.Text.Length >= Excerpt ? null : i.Parts })
            .ToListAsync(cancellation);
        var ids = rows.Select(r => r.Answer.ItemId).ToArray();
        var kind = TaskKinds.Of(await db.Projects.Where(p => p.Id == projectId).Select(p => p.TaskType).SingleAsync(cancellation));
        var labels = await db.Labels.AsNoTracking().Where(d => d.ProjectId == projectId).ToListAsync(cancellation);
        var remarks = await db.Remarks.AsNoTracking().Where(r => r.UserId == userId && ids.Contains(r.ItemId))
            .ToDictionaryAsync(r => r.ItemId, cancellation);
        var merged = MergedLabels.Of(labels);
        // the join does not promise an order
        return [.. rows.OrderByDescending(r => r.Answer.CreatedAt).ThenByDescending(r => r.Answer.Id)
            .Select(r => new RecentAnswer(r.Answer.ItemId, r.Text, Cards.Parse(r.Parts),
            AnswerJson.Now(JsonSerializer.Deserialize<JsonElement>(r.Answer.AnswerJson), merged),
            kind.Words(r.Answer, labels), r.Answer.CreatedAt, r.Answer.ActiveMilliseconds,
            remarks.GetValueOrDefault(r.Answer.ItemId)?.Flagged ?? false, remarks.GetValueOrDefault(r.Answer.ItemId)?.Note,
            r.Answer.SubmissionId, r.Answer.AnsweredAt))];
    }
}
