using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Decides what an item's answer is in the end, in the transaction of whatever changed its answers.</summary>
public static class FinalAnswers
{
    private const int ChunkSize = 1000;

    /// <summary>After an answer was given, revised or taken back. The change itself must have been saved.</summary>
    /// <returns>The item's final answer now.</returns>
    public static async Task<Final?> SettleAsync(AppDbContext db, Project project, long itemId, CancellationToken cancellation)
    {
        var counting = Counting(db);
        var answers = await db.Answers.AsNoTracking().Where(a => a.ItemId == itemId && a.Current && counting.Any(i => i.Id == itemId))
            .ToListAsync(cancellation);
        return await SettleAsync(db, project, await db.Finals.FindAsync([itemId], cancellation), answers, cancellation);
    }

    /// <summary>The same for who has read them already.</summary>
    /// <param name="stored">The final answer so far, tracked.</param>
    /// <param name="answers">The item's current ones, as they were saved.</param>
    internal static async Task<Final?> SettleAsync(AppDbContext db, Project project, Final? stored, IReadOnlyList<Answer> answers,
        CancellationToken cancellation)
    {
        var merged = await MergedLabels.OfAsync(db, project, cancellation);
        var decided = Decide(project.Kind(), merged, [.. answers.OrderBy(a => a.Id)]);
        if (decided is null)
        {
            if (stored is not null) db.Finals.Remove(stored);
        }
        else if (stored is null) db.Finals.Add(decided);
        else db.Entry(stored).CurrentValues.SetValues(decided);
        await db.SaveChangesAsync(cancellation);
        return decided;
    }

    /// <summary>The same for many items at once.</summary>
    internal static async Task SettleAsync(AppDbContext db, Project project, IReadOnlyCollection<long> items,
        CancellationToken cancellation)
    {
        var (kind, merged, counting) = (project.Kind(), await MergedLabels.OfAsync(db, project, cancellation), Counting(db));
        var answers = (await db.Answers.AsNoTracking()
            .Where(a => items.Contains(a.ItemId) && a.Current && counting.Any(i => i.Id == a.ItemId)).OrderBy(a => a.Id)
            .ToListAsync(cancellation)).ToLookup(a => a.ItemId);
        await db.Finals.Where(f => items.Contains(f.ItemId)).ExecuteDeleteAsync(cancellation);
        db.Finals.AddRange(answers.Select(a => Decide(kind, merged, [.. a])).OfType<Final>());
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
    }

    /// <summary>Items that can have a final answer: what is taken out, or has a known answer, is nobody's label.</summary>
    internal static IQueryable<Item> Counting(AppDbContext db) => db.Items.Where(i => !i.Deleted && i.Split != ItemSplit.Gold);

    /// <summary>Decides every item of a database from before there were final answers.</summary>
    public static async Task SettleAllAsync(AppDbContext db, CancellationToken cancellation)
    {
        var kinds = (await db.Projects.AsNoTracking().ToListAsync(cancellation)).ToDictionary(p => p.Id, p => p.Kind());
        for (long last = 0; ;)
        {
            var items = await db.Answers.Where(a => a.Current && a.ItemId > last).Select(a => a.ItemId).Distinct().OrderBy(i => i)
                .Take(ChunkSize).ToListAsync(cancellation);
            if (items.Count == 0) return;
            last = items[^1];
            var answers = await db.Answers.AsNoTracking().Where(a => a.Current && items.Contains(a.ItemId)).OrderBy(a => a.Id)
                .ToListAsync(cancellation);
            db.Finals.AddRange(answers.Where(a => kinds.ContainsKey(a.ProjectId)).GroupBy(a => a.ItemId)
                .Select(g => Decide(kinds[g.First().ProjectId], MergedLabels.None, [.. g])).OfType<Final>());
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
        }
    }

    /// <param name="answers">The current answers of one item, oldest first.</param>
    /// <returns>Null where nobody is heard.</returns>
    public static Final? Decide(ITaskKind kind, MergedLabels merged, IReadOnlyList<Answer> answers)
    {
        var heard = Heard(answers);
        if (answers.LastOrDefault(a => a.Role == AnswerRole.Review) is { } review) return Of(review, merged, FinalBy.Review, 1, heard);
        if (heard.Count == 0) return null;
        var groups = heard.GroupBy(a => kind.Sameness(a, merged)).OrderByDescending(g => g.Count()).ToList();
        var most = groups[0];
        var by = heard.Count == 1 ? FinalBy.Only : groups.Count == 1 ? FinalBy.Unanimous
            : 2 * most.Count() > heard.Count ? FinalBy.Majority : FinalBy.None;
        if (by != FinalBy.None) return Of(most.Last(), merged, by, heard.Count, heard);
        return new Final
        {
            ItemId = heard[0].ItemId, ProjectId = heard[0].ProjectId, By = by, Heard = heard.Count,
            Stratum = heard[0].Stratum, SchemaVersion = heard.Max(a => a.SchemaVersion),
        };
    }

    // what came with a file, and what was set for many at once, counts only where no person answered the item; surplus never, nor what
    // somebody answered to a gold item
    private static List<Answer> Heard(IReadOnlyList<Answer> answers)
    {
        foreach (var role in new[] { AnswerRole.Annotator, AnswerRole.Import, AnswerRole.Bulk })
            if (answers.Where(a => a.Role == role && !a.Surplus).ToList() is { Count: > 0 } heard) return heard;
        return [];
    }

    // a review or a bulk answer says nothing of how the item was chosen
    private static Final Of(Answer answer, MergedLabels merged, FinalBy by, int number, List<Answer> heard) => new()
    {
        ItemId = answer.ItemId, ProjectId = answer.ProjectId, By = by, AnswerId = answer.Id, LabelId = merged.Of(answer.LabelId),
        AnswerText = answer.AnswerText, Heard = number, SchemaVersion = answer.SchemaVersion,
        Stratum = heard.Count > 0 ? heard[0].Stratum : answer.Stratum,
    };
}
