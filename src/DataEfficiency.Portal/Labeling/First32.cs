using DataEfficiency.Engine;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// Which items are the first 32 (the CoS-Low draw): the candidates in drawn order, without those that the model cannot use and
/// those that people gave up. The next of the draw takes such a place. Empty until the pool is ranked.
/// </summary>
public sealed class First32
{
    /// <summary>After so many skips an item waits for review instead of being offered again.</summary>
    public const int SkipLimit = 2;

    /// <returns>Item ids in drawn order, at most <see cref="CosLow.Size"/>.</returns>
    public async Task<IReadOnlyList<long>> ItemsAsync(AppDbContext db, int projectId, CancellationToken cancellation = default)
    {
        var visible = await db.Projects.Where(p => p.Id == projectId).Select(p => p.VisibleImport).SingleOrDefaultAsync(cancellation);
        var limit = await SkipsToGiveUpAsync(db, projectId, cancellation);
        return await db.Items
            .Where(i => i.ProjectId == projectId && i.DrawRank != null && i.ImportId <= visible && i.Unusable == null)
            // an item that somebody answered after all keeps its place
            .Where(i => db.Skips.Count(k => k.ItemId == i.Id) < limit
                || db.Answers.Any(l => l.ItemId == i.Id && l.Current && !l.Surplus))
            .OrderBy(i => i.DrawRank).Select(i => i.Id).Take(CosLow.Size).ToListAsync(cancellation);
    }

    /// <summary>Two, or one where only one person labels: nobody else would ever answer what that person skipped.</summary>
    private static async Task<int> SkipsToGiveUpAsync(AppDbContext db, int projectId, CancellationToken cancellation)
    {
        // a lead counts as annotator from the first claim on
        var people = await db.Memberships.CountAsync(
            m => m.ProjectId == projectId && (m.Role == ProjectRole.Annotator || m.Sequence > 0), cancellation);
        return people <= 1 ? 1 : SkipLimit;
    }
}
