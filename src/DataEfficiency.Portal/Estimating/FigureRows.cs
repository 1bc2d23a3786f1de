using System.Collections.Immutable;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>Figures from the rows, in one pass over a project's answers. The context must be inside one snapshot.</summary>
internal static class FigureRows
{
    /// <summary>Null where the project is gone.</summary>
    public static async Task<ProjectFigures?> ReadAsync(AppDbContext db, First32 first32, int projectId, CancellationToken cancellation)
    {
        if (await StampAsync(db, projectId, cancellation) is not { } stamp) return null;
        var people = new Dictionary<string, Tally>();
        var strata = new SortedDictionary<Stratum, int>();
        var surplus = 0;
        // a review decides on answers and is none of them;
        // what came after a newer answer of the same person was never current and made no version
        var rows = db.Answers.AsNoTracking().Where(a => a.ProjectId == projectId && a.Role != AnswerRole.Review
                && (a.Current || a.LabelVersion > 0)).OrderBy(a => a.Id)
            .Select(a => new { a.UserId, a.Stratum, a.Surplus, a.Current, a.ActiveMilliseconds, a.CreatedAt, a.Revision });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (row.Current && row.Surplus) surplus++;
            else if (row.Current) strata[row.Stratum] = strata.GetValueOrDefault(row.Stratum) + 1;
            if (row.Stratum == Stratum.Imported) continue;
            if (!people.TryGetValue(row.UserId, out var person)) people[row.UserId] = person = new Tally();
            person.Add(row.Current, row.Surplus, row.ActiveMilliseconds, row.CreatedAt, row.Revision > 1);
        }
        var skips = await db.Skips.Where(s => s.ProjectId == projectId).GroupBy(s => s.UserId)
            .Select(g => new { User = g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.User, g => g.Count, cancellation);
        var figures = people.Keys.Union(skips.Keys).ToImmutableDictionary(id => id,
            id => (people.GetValueOrDefault(id)?.Figures ?? PersonFigures.None) with { Skips = skips.GetValueOrDefault(id) });
        var finals = await db.Finals.Where(f => f.ProjectId == projectId).GroupBy(f => new { f.Stratum, Decided = f.AnswerId != null })
            .Select(g => new { g.Key.Stratum, g.Key.Decided, Count = g.Count() }).ToListAsync(cancellation);
        return new(projectId, stamp.LabelVersion, strata.ToImmutableSortedDictionary(), surplus, finals.Sum(f => f.Count),
            finals.Where(f => f.Decided).ToImmutableSortedDictionary(f => f.Stratum, f => f.Count), figures,
            await FirstAsync(db, first32, stamp, cancellation));
    }

    /// <summary>What the project's row says of its versions; null where it is gone.</summary>
    public static Task<Project?> StampAsync(AppDbContext db, int projectId, CancellationToken cancellation) =>
        Stamps(db, projectId, cancellation);

    // put together once: the engine asks after each answer
    private static readonly Func<AppDbContext, int, CancellationToken, Task<Project?>> Stamps =
        EF.CompileAsyncQuery((AppDbContext db, int id, CancellationToken cancellation) => db.Projects.AsNoTracking()
            .Where(p => p.Id == id && p.DeletedAt == null)
            .Select(p => new Project { Id = p.Id, LabelVersion = p.LabelVersion, DrawId = p.DrawId }).SingleOrDefault());

    public static async Task<FirstFigures> FirstAsync(AppDbContext db, First32 first32, Project stamp, CancellationToken cancellation)
    {
        var items = await first32.ItemsAsync(db, stamp.Id, cancellation);
        // by the items alone: asked for the project too, SQLite walks over all of its answers
        var finals = items.Count == 0 ? []
            : await db.Finals.AsNoTracking().Where(f => items.Contains(f.ItemId)).ToListAsync(cancellation);
        return new([.. items], finals.Where(f => f.ProjectId == stamp.Id)
            .ToImmutableDictionary(f => f.ItemId, f => FinalText.Of(f)!), stamp.DrawId);
    }

    private sealed class Tally
    {
        private readonly Queue<int> _times = [];
        private int _own, _counting, _edits;
        private long _last;

        public void Add(bool current, bool surplus, int milliseconds, long at, bool isEdit)
        {
            if (isEdit) _edits++;
            if (current) _own++;
            if (current && !surplus) _counting++;
            _last = Math.Max(_last, at);
            if (surplus || milliseconds <= 0) return;
            if (_times.Count == Pace.Newest) _times.Dequeue();
            _times.Enqueue(milliseconds);
        }

        public PersonFigures Figures => new(_own, _counting, 0, _last, [.. _times]) { Edits = _edits };
    }
}
