using DataEfficiency.Engine.Answering;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

public enum ItemState { All, Open, Labelled, Skipped, Flagged, Unusable }

public enum ItemOrder { File, LeastSure, Random, NewestLabel }

/// <summary>What the list of items shows; every part is optional.</summary>
public sealed record ItemFilter(string Search = "", ItemState State = ItemState.All, Stratum? Stratum = null, int? Answer = null,
    ItemOrder Order = ItemOrder.File);

/// <summary>Where a page of the list begins: the place of an item in the list, and what it is ordered by.</summary>
/// <param name="Key">Import in the order of the file, random rank in the random order.</param>
public sealed record ItemPlace(int Index, int Key, long Id);

/// <param name="Text">An excerpt: the beginning, or what is around the first word that was searched.</param>
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
    private const int Excerpt = 300, Before = 60;

    public async Task<int> CountAsync(int projectId, ItemFilter filter, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await Filtered(db, projectId, filter).CountAsync(cancel);
    }

    /// <param name="from">A place at or before <paramref name="start"/> that an earlier page has told; null: the beginning. From there on
    /// rows are counted, not from the beginning.</param>
    /// <param name="places">Takes the place of the page's last item.</param>
    public async Task<IReadOnlyList<ItemRow>> PageAsync(int projectId, ItemFilter filter, int start, int count, CancellationToken cancel,
        ItemPlace? from = null, Action<ItemPlace>? places = null)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var filtered = Filtered(db, projectId, filter);
        // the page's ids first: the joins below then touch these rows only
        var found = await Keyed(db, projectId, filtered, filter.Order, from).Skip(start - (from?.Index ?? 0)).Take(count)
            .ToListAsync(cancel);
        if (found.Count > 0 && filter.Order is ItemOrder.File or ItemOrder.Random)
            places?.Invoke(new(start + found.Count - 1, found[^1].Key, found[^1].Id));
        var ids = found.ConvertAll(f => f.Id);
        var word = ItemSearch.Words(filter.Search).FirstOrDefault()?.ToLowerInvariant() ?? "";
        var rows = await db.Items.AsNoTracking().Where(i => ids.Contains(i.Id)).Select(i => new
        {
            i.Id, i.Line, i.ExternalId, i.Gold, i.RightAnswers, i.Metadata,
            Score = db.ScoresInUse(projectId).Where(s => s.ItemId == i.Id)
                .Select(s => new { s.Confidence, s.ModelAnswer, s.Unusable }).FirstOrDefault(),
            // only the excerpt leaves the database: a text may be a book
            Place = word == "" ? 0 : i.Text.ToLower().IndexOf(word),
            Start = i.Text.Substring(0, Excerpt),
            Around = word == "" ? null : i.Text.Substring(Math.Max(0, i.Text.ToLower().IndexOf(word) - Before), Excerpt),
            Label = db.Answers.Where(l => l.ItemId == i.Id && db.Finals.Any(f => f.ItemId == l.ItemId && f.AnswerId == l.Id))
                .OrderByDescending(l => l.Id)
                .Select(l => new { l.AnswerText, l.Stratum, l.CreatedAt, By = db.Users.Where(u => u.Id == l.UserId)
                    .Select(u => u.DisplayName).FirstOrDefault() }).FirstOrDefault(),
            Skips = db.Skips.Count(s => s.ItemId == i.Id),
            Flagged = db.Remarks.Any(r => r.ItemId == i.Id && r.Flagged),
        }).ToDictionaryAsync(r => r.Id, cancel);
        return [.. ids.Where(rows.ContainsKey).Select(id => rows[id]).Select(r => new ItemRow(r.Id, r.Line, r.ExternalId,
            r.Around is { } around && r.Place > Excerpt - Before ? $"…{around}" : r.Start, r.Gold, r.RightAnswers,
            r.Score?.Confidence, r.Score?.ModelAnswer, r.Score?.Unusable, r.Label?.AnswerText, r.Label?.By, r.Label?.Stratum,
            r.Label?.CreatedAt, r.Skips, r.Flagged, r.Metadata))];
    }

    /// <summary>The whole text of one item; null where it is gone.</summary>
    public async Task<string?> TextAsync(long itemId, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await db.Items.Where(i => i.Id == itemId).Select(i => i.Text).FirstOrDefaultAsync(cancel);
    }

    private sealed record Keys(int Key, long Id);

    /// <summary>By key and id where the order has an index of that kind: a page begins where another one ended.</summary>
    private static IQueryable<Keys> Keyed(AppDbContext db, int projectId, IQueryable<Item> items, ItemOrder order,
        ItemPlace? from) => order switch
    {
        ItemOrder.LeastSure => from i in items
                               join s in db.ScoresInUse(projectId) on i.Id equals s.ItemId into scores
                               from score in scores.DefaultIfEmpty()
                               orderby score.Confidence == null, score.Confidence, i.Id
                               select new Keys(0, i.Id),
        ItemOrder.NewestLabel => items.OrderByDescending(i => db.Answers.Where(l => l.ItemId == i.Id && l.Current).Max(l => (long?)l.Id))
            .ThenBy(i => i.Id).Select(i => new Keys(0, i.Id)),
        ItemOrder.Random => items.Where(i => from == null || i.RandomRank > from.Key || i.RandomRank == from.Key && i.Id >= from.Id)
            .OrderBy(i => i.RandomRank).ThenBy(i => i.Id).Select(i => new Keys(i.RandomRank, i.Id)),
        _ => items.Where(i => from == null || i.ImportId > from.Key || i.ImportId == from.Key && i.Id >= from.Id)
            .OrderBy(i => i.ImportId).ThenBy(i => i.Id).Select(i => new Keys(i.ImportId, i.Id)),
    };

    private static IQueryable<Item> Filtered(AppDbContext db, int projectId, ItemFilter filter)
    {
        var visible = db.Projects.Where(p => p.Id == projectId).Select(p => p.VisibleImport).First();
        // the text's words, or an item's own id
        var search = filter.Search.Trim();
        var items = ItemSearch.Matching(db, search).Where(i => i.ProjectId == projectId && i.ImportId <= visible);
        if (search.Length > 0)
        {
            var own = db.Items.Where(i => i.ProjectId == projectId && i.ExternalId == search && i.ImportId <= visible)
                .Select(i => i.Id).ToList();
            if (own.Count > 0)
            {
                // a name of its own: a query that names itself has no end
                var matching = items.Select(m => m.Id);
                items = db.Items.Where(i => matching.Contains(i.Id) || own.Contains(i.Id));
            }
        }
        items = items.AsNoTracking();
        items = filter.State switch
        {
            ItemState.Open => items.Where(i => db.Slots.Any(s => s.ItemId == i.Id && s.AnswerId == null)
                && !db.Finals.Any(f => f.ItemId == i.Id)),
            ItemState.Labelled => items.Where(i => db.Answers.Any(l => l.ItemId == i.Id && l.Current)),
            ItemState.Skipped => items.Where(i => db.Skips.Any(s => s.ProjectId == projectId && s.ItemId == i.Id)),
            ItemState.Flagged => items.Where(i => db.Remarks.Any(r => r.ProjectId == projectId && r.ItemId == i.Id && r.Flagged)),
            ItemState.Unusable => items.Where(i => db.ScoresInUse(projectId)
                .Any(s => s.ItemId == i.Id && s.Unusable != null)),
            _ => items,
        };
        if (filter.Stratum is { } stratum) items = items.Where(i =>
            db.Answers.Any(l => l.ItemId == i.Id && l.Current && l.Stratum == stratum));
        if (filter.Answer is { } answer) items = items.Where(i =>
            db.AnswerParts.Any(p => p.ItemId == i.Id && p.LabelId == answer && db.Answers.Any(l => l.Id == p.AnswerId && l.Current)));
        return items;
    }
}
