using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>A project's items with what people made of them: filtered, counted, sorted and cut into pages by the database.</summary>
public sealed class ItemTable(IDbContextFactory<AppDbContext> contexts)
{
    /// <summary>Of a page, and how far a filter's finds are counted.</summary>
    public const int PageRows = 100, MostRows = 1000, CountLimit = 10_000;

    private const int Excerpt = 300, Before = 60;

    /// <summary>All items are counted to the end: an index tells their number at once.</summary>
    public async Task<ItemTotal> CountAsync(int projectId, ItemFilter filter, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var items = (await FilteredAsync(db, projectId, filter, cancellation)).Select(i => i.Id);
        if (filter.IsEmpty) return new(await items.CountAsync(cancellation), false);
        var counted = await items.Take(CountLimit + 1).CountAsync(cancellation);
        return new(Math.Min(counted, CountLimit), counted > CountLimit);
    }

    /// <summary>Everything that a filter finds, in its order.</summary>
    public async Task<IReadOnlyList<long>> IdsAsync(int projectId, ItemFilter filter, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var items = await FilteredAsync(db, projectId, filter, cancellation);
        return await ItemOrders.Of(db, projectId, items, filter, null).Select(k => k.Id).ToListAsync(cancellation);
    }

    /// <param name="after">The <see cref="ItemPage.Next"/> of the page before; null: the first page.</param>
    public async Task<ItemPage> PageAsync(int projectId, ItemFilter filter, ItemPlace? after, CancellationToken cancellation,
        int rows = PageRows)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var items = await FilteredAsync(db, projectId, filter, cancellation);
        // the page's ids first: the joins below then touch these rows only; and one more, to know whether it is the last
        var found = await ItemOrders.Of(db, projectId, items, filter, after).Take(rows + 1).ToListAsync(cancellation);
        var next = found.Count > rows ? new ItemPlace(found[rows - 1].Key, found[rows - 1].Id) : null;
        var ids = found.Take(rows).Select(f => f.Id).ToList();
        var read = await RowsAsync(db, projectId, ids, filter.Text, cancellation);
        return new([.. ids.Where(read.ContainsKey).Select(id => read[id])], next);
    }

    private static async Task<Dictionary<long, ItemRow>> RowsAsync(AppDbContext db, int projectId, IReadOnlyList<long> ids, string search,
        CancellationToken cancellation)
    {
        var word = ItemSearch.Words(search).FirstOrDefault()?.ToLowerInvariant() ?? "";
        var rows = await db.Items.AsNoTracking().Where(i => ids.Contains(i.Id)).Select(i => new
        {
            i.Id, i.Line, i.ExternalId, i.Gold, i.RightAnswers, i.Split, i.Deleted,
            // only the excerpt leaves the database: a text may be a book
            Place = word == "" ? 0 : i.Text.ToLower().IndexOf(word),
            Start = i.Text.Substring(0, Excerpt),
            Around = word == "" ? null : i.Text.Substring(Math.Max(0, i.Text.ToLower().IndexOf(word) - Before), Excerpt),
            Skips = db.Skips.Count(s => s.ItemId == i.Id),
            Flagged = db.Remarks.Any(r => r.ItemId == i.Id && r.Flagged),
        }).ToListAsync(cancellation);
        // beside the items: a first of each in one query makes the database number all rows of the tables
        var scores = await db.ScoresInUse(projectId).Where(s => ids.Contains(s.ItemId))
            .Select(s => new { s.ItemId, s.Confidence, s.ModelAnswer, s.Unusable }).ToDictionaryAsync(s => s.ItemId, cancellation);
        var finals = await db.Finals.Where(f => ids.Contains(f.ItemId)).Select(f => new
        {
            f.ItemId, f.By, f.Stratum,
            Answer = db.Answers.Where(a => a.Id == f.AnswerId)
                .Select(a => new Answer { LabelId = a.LabelId, AnswerText = a.AnswerText, AnswerJson = a.AnswerJson }).FirstOrDefault(),
        }).ToDictionaryAsync(f => f.ItemId, cancellation);
        var gold = await GoldTexts.OfAsync(db, await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, cancellation),
            cancellation);
        return rows.ToDictionary(r => r.Id, r =>
        {
            var (score, final) = (scores.GetValueOrDefault(r.Id), finals.GetValueOrDefault(r.Id));
            return new ItemRow(r.Id, r.Line, r.ExternalId, r.Around is { } around && r.Place > Excerpt - Before ? $"…{around}" : r.Start,
                r.Split, r.Deleted, r.Gold, r.RightAnswers, score?.Confidence, score?.ModelAnswer, score?.Unusable, final?.By,
                final?.Answer is { } answer ? gold.Now(answer) : null, final?.Stratum, r.Skips, r.Flagged,
                gold.Agree(r.Gold, r.RightAnswers, final?.Answer));
        });
    }

    /// <summary>What a filter finds, in no order.</summary>
    internal static Task<IQueryable<Item>> FilteredAsync(AppDbContext db, int projectId, ItemFilter filter,
        CancellationToken cancellation) =>
        ItemWhere.FilteredAsync(db, projectId, filter, async () =>
            [.. (await SuspectReader.ReadAsync(db, projectId, cancellation)).Select(s => s.ItemId)], cancellation);
}
