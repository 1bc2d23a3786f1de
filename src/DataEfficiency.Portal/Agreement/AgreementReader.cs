using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Agreement;

/// <summary>Agreement from the rows. The context must be inside one snapshot.</summary>
internal static class AgreementReader
{
    public static async Task<ProjectAgreement> ReadAsync(AppDbContext db, Project project, CancellationToken cancellation)
    {
        var kind = project.Kind();
        var merged = await MergedLabels.OfAsync(db, project, cancellation);
        var items = await ItemsAsync(db, project.Id, kind, merged, cancellation);
        return ProjectAgreement.Of(project.LabelVersion, kind.Shape, items) with
        {
            Gold = await GoldReader.ReadAsync(db, project, db.Answers.Where(a => a.ProjectId == project.Id), cancellation),
            LabelNames = await db.Labels.Where(l => l.ProjectId == project.Id).ToDictionaryAsync(l => l.Id, l => l.Name, cancellation),
        };
    }

    // what people answered in their own right: surplus too, and neither gold, imported, bulk nor reviewed answers
    private static async Task<List<RatedItem>> ItemsAsync(AppDbContext db, int project, ITaskKind kind, MergedLabels merged,
        CancellationToken cancellation)
    {
        var answers = db.Answers.Where(a => a.ProjectId == project && a.Current && a.Role == AnswerRole.Annotator);
        var shared = answers.GroupBy(a => a.ItemId).Where(g => g.Count() > 1).Select(g => g.Key);
        var rows = answers.Where(a => shared.Contains(a.ItemId)
            && db.Items.Any(i => i.Id == a.ItemId && !i.Deleted && i.Split != ItemSplit.Gold));
        var pieces = kind.Shape == AnswerShape.Whole ? null : (await rows.SelectMany(a => a.Parts).Where(p => p.LabelId != null)
            .Select(p => new { p.AnswerId, Label = p.LabelId!.Value, p.Start, p.End }).ToListAsync(cancellation))
            .ToLookup(p => p.AnswerId, p => new Piece(merged[p.Label], p.Start, p.End));
        Dictionary<string, int> values = [];
        List<RatedItem> items = [];
        List<Rating> ratings = [];
        var current = 0L;
        await foreach (var row in rows.OrderBy(a => a.ItemId).ThenBy(a => a.Id)
            .Select(a => new Answer
            {
                Id = a.Id, ItemId = a.ItemId, UserId = a.UserId, SchemaVersion = a.SchemaVersion, LabelId = a.LabelId,
                AnswerText = a.AnswerText, AnswerJson = a.AnswerJson,
            })
            .AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (row.ItemId != current) End();
            current = row.ItemId;
            var same = kind.Sameness(row, merged);
            if (!values.TryGetValue(same, out var value)) values[same] = value = values.Count;
            ratings.Add(new(row.UserId, row.SchemaVersion, value, pieces is not null ? [.. pieces[row.Id].Distinct()]
                : merged.Of(row.LabelId) is { } label ? [new(label)] : []));
        }
        End();
        return items;

        void End()
        {
            if (ratings.Count > 1) items.Add(new(current, ratings));
            ratings = [];
        }
    }
}
