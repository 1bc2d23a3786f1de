using DataEfficiency.Engine;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// Which items are the first 32: the stored draw in its order, without the places that were passed over. Empty until the pool is
/// ranked. A place is passed over when it happens, not when it is read, so that answers given for the next one are never lost again.
/// </summary>
public sealed class First32
{
    /// <summary>After so many skips an item waits for review instead of being offered again.</summary>
    public const int SkipLimit = 2;

    /// <returns>Item ids in drawn order, at most <see cref="CosLow.Size"/>.</returns>
    public Task<List<long>> ItemsAsync(AppDbContext db, int projectId, CancellationToken cancellation = default) =>
        Counting(db, projectId).Select(d => d.ItemId).ToListAsync(cancellation);

    /// <summary>How many of them have an answer: from the first on the draw has begun.</summary>
    internal static Task<int> AnsweredAsync(AppDbContext db, int projectId, CancellationToken cancellation) =>
        Counting(db, projectId).CountAsync(d => db.Finals.Any(f => f.ItemId == d.ItemId), cancellation);

    internal static IQueryable<DrawItem> Counting(AppDbContext db, int projectId) =>
        Current(db, projectId).Where(d => d.Reason == null).OrderBy(d => d.Place).Take(CosLow.Size);

    /// <summary>The places of the project's current draw. (Its number comes first: asked whether a project has the draw of a place, SQLite
    /// reads the places of all draws.)</summary>
    internal static IQueryable<DrawItem> Current(AppDbContext db, int projectId) =>
        db.DrawItems.Where(d => d.DrawId == db.Projects.Where(p => p.Id == projectId).Select(p => p.DrawId).FirstOrDefault());

    /// <summary>The model cannot use these: the next of the draw take their places.</summary>
    internal static Task PassOverAsync(AppDbContext db, int projectId, IReadOnlyCollection<long> items, CancellationToken cancellation) =>
        Current(db, projectId).Where(d => items.Contains(d.ItemId))
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.Reason, PassedOver.Unusable), cancellation);

    /// <summary>
    /// Passes over what people have given up. Asked after a skip and after a person left: where only one labels, one skip is enough, since
    /// nobody else would ever answer it.
    /// </summary>
    internal static async Task GiveUpAsync(AppDbContext db, int projectId, CancellationToken cancellation)
    {
        // a lead or reviewer counts as annotator from the first claim on
        var people = await db.Memberships.CountAsync(
            m => m.ProjectId == projectId && m.Role != ProjectRole.Viewer && (m.Role == ProjectRole.Annotator || m.Sequence > 0),
            cancellation);
        var limit = people <= 1 ? 1 : SkipLimit;
        await Current(db, projectId).Where(d => d.Reason == null && db.Skips.Count(k => k.ItemId == d.ItemId) >= limit)
            // an item that somebody answered all the same keeps its place
            .Where(d => !db.Finals.Any(f => f.ItemId == d.ItemId))
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.Reason, PassedOver.GivenUp), cancellation);
    }

    /// <summary>An item that was given up was answered after all: it has its place again, unless the 32 are complete without it.</summary>
    internal static async Task ReturnAsync(AppDbContext db, int projectId, long itemId, CancellationToken cancellation)
    {
        if (await AnsweredAsync(db, projectId, cancellation) >= CosLow.Size) return;
        await Current(db, projectId).Where(d => d.ItemId == itemId && d.Reason == PassedOver.GivenUp)
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.Reason, (PassedOver?)null), cancellation);
    }
}
