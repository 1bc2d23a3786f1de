using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Schemas;

/// <summary>What a change of a label would touch.</summary>
/// <param name="Answers">Current answers with the label, whoever gave them.</param>
/// <param name="Items">Items that they belong to.</param>
public sealed record LabelUse(int Answers, int Items)
{
    public static LabelUse None { get; } = new(0, 0);

    /// <returns>Of each label that somebody answered with.</returns>
    public static async Task<IReadOnlyDictionary<int, LabelUse>> ReadAsync(AppDbContext db, int projectId,
        CancellationToken cancellation) =>
        await db.AnswerParts.Where(p => p.LabelId != null
                && db.Answers.Any(a => a.Id == p.AnswerId && a.ProjectId == projectId && a.Current && a.Role != AnswerRole.Gold))
            .GroupBy(p => p.LabelId!.Value)
            .Select(g => new
            {
                Label = g.Key, Answers = g.Select(p => p.AnswerId).Distinct().Count(), Items = g.Select(p => p.ItemId).Distinct().Count(),
            })
            .ToDictionaryAsync(g => g.Label, g => new LabelUse(g.Answers, g.Items), cancellation);
}
