using DataEfficiency.Engine.Answering;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

public enum ItemState { All, Open, Labelled, Skipped, Flagged, Unusable }

public enum ItemOrder { File, LeastSure, Random, NewestLabel }

/// <summary>What the list of items shows; every part is optional.</summary>
public sealed record ItemFilter(string Search = "", ItemState State = ItemState.All, Stratum? Stratum = null, int? Answer = null,
    ItemOrder Order = ItemOrder.File);

/// <param name="Agrees">The label is the hidden gold answer; null where one of them is missing.</param>
public sealed record ItemRow(long Id, int Line, string? ExternalId, string Text, string? Gold, string? RightAnswers, double? Confidence,
    string? ModelAnswer,
    string? Unusable, string? Label, string? By, Stratum? Stratum, long? LabelledAt, int Skips, bool Flagged, string? Metadata)
{
    public bool? Agrees => GoldAnswers.Agree(Gold, RightAnswers, Label);

    /// <summary>All gold answers, any of which is right.</summary>
    public string GoldText => string.Join(" / ", GoldAnswers.Of(Gold, RightAnswers));
}

/// <summary>The read-only list of a project's items and labels: filtered, counted and cut into pages by the database.</summary>
public sealed class ProjectItems(IDbContextFactory<AppDbContext> contexts)
{
    public async Task<int> CountAsync(int projectId, ItemFilter filter, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await Filtered(db, projectId, filter).CountAsync(cancel);
    }

    public async Task<IReadOnlyList<ItemRow>> PageAsync(int projectId, ItemFilter filter, int start, int count, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var ordered = Filtered(db, projectId, filter);
        ordered = filter.Order switch
        {
            ItemOrder.LeastSure => ordered.OrderBy(i => i.Confidence == null).ThenBy(i => i.Confidence).ThenBy(i => i.Id),
            ItemOrder.Random => ordered.OrderBy(i => i.RandomRank),
            ItemOrder.NewestLabel => ordered.OrderByDescending(i => db.Answers.Where(l => l.ItemId == i.Id && l.Current)
            .Max(l => (long?)l.Id)).ThenBy(i => i.Id),
            _ => ordered.OrderBy(i => i.ImportId).ThenBy(i => i.Id),
        };
        // the page's ids first: the joins below then touch these rows only
        var ids = await ordered.Skip(start).Take(count).Select(i => i.Id).ToListAsync(cancel);
        var rows = await db.Items.AsNoTracking().Where(i => ids.Contains(i.Id)).Select(i => new
        {
            Item = i,
            Label = db.Answers.Where(l => l.ItemId == i.Id && db.Finals.Any(f => f.ItemId == l.ItemId && f.AnswerId == l.Id))
                .OrderByDescending(l => l.Id)
                .Select(l => new { l.AnswerText, l.Stratum, l.CreatedAt, By = db.Users.Where(u => u.Id == l.UserId)
                    .Select(u => u.DisplayName).FirstOrDefault() }).FirstOrDefault(),
            Skips = db.Skips.Count(s => s.ItemId == i.Id),
            Flagged = db.Remarks.Any(r => r.ItemId == i.Id && r.Flagged),
        }).ToDictionaryAsync(r => r.Item.Id, cancel);
        return [.. ids.Where(rows.ContainsKey).Select(id => rows[id])
            .Select(r => new ItemRow(r.Item.Id, r.Item.Line, r.Item.ExternalId, r.Item.Text, r.Item.Gold,
            r.Item.RightAnswers, r.Item.Confidence, r.Item.ModelAnswer, r.Item.Unusable, r.Label?.AnswerText, r.Label?.By, r.Label?.Stratum,
            r.Label?.CreatedAt, r.Skips, r.Flagged, r.Item.Metadata))];
    }

    private static IQueryable<Item> Filtered(AppDbContext db, int projectId, ItemFilter filter)
    {
        var items = db.Items.AsNoTracking().Where(i => i.ProjectId == projectId
            && db.Projects.Any(p => p.Id == projectId && i.ImportId <= p.VisibleImport));
        if (filter.Search.Trim() is { Length: > 0 } search)
        {
            var pattern = $"%{search.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_")}%";
            items = items.Where(i => EF.Functions.Like(i.Text, pattern, "\\") || i.ExternalId == search);
        }
        items = filter.State switch
        {
            ItemState.Open => items.Where(i => db.Slots.Any(s => s.ItemId == i.Id && s.AnswerId == null)),
            ItemState.Labelled => items.Where(i => db.Answers.Any(l => l.ItemId == i.Id && l.Current)),
            ItemState.Skipped => items.Where(i => db.Skips.Any(s => s.ProjectId == projectId && s.ItemId == i.Id)),
            ItemState.Flagged => items.Where(i => db.Remarks.Any(r => r.ProjectId == projectId && r.ItemId == i.Id && r.Flagged)),
            ItemState.Unusable => items.Where(i => i.Unusable != null),
            _ => items,
        };
        if (filter.Stratum is { } stratum) items = items.Where(i =>
            db.Answers.Any(l => l.ItemId == i.Id && l.Current && l.Stratum == stratum));
        if (filter.Answer is { } answer) items = items.Where(i =>
            db.AnswerParts.Any(p => p.ItemId == i.Id && p.LabelId == answer && db.Answers.Any(l => l.Id == p.AnswerId && l.Current)));
        return items;
    }
}
