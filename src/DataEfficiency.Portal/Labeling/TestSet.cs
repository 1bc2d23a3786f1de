using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// The items that test what was trained on the others. They are drawn from the random order once and stay what they are: never trained on,
/// never among the first 32, in no other queue. Nothing that somebody has answered or holds is drawn.
/// </summary>
public static class TestSet
{
    /// <summary>Of a smaller pool nothing is set aside: its labels are worth more as examples.</summary>
    public const int SmallestPool = 500;

    /// <summary>At most this share of the pool.</summary>
    private const int PoolParts = 5;

    /// <summary>Gold items that everybody answers, to show how well; at most a share of the pool.</summary>
    private const int GoldItems = 50, GoldParts = 20;

    /// <summary>How many the project's pool may set aside of what its settings ask for.</summary>
    public static (int Validation, int Test) Allowed(Project project, int pool)
    {
        var asked = project.ValidationSize + project.TestSize;
        if (pool < SmallestPool || asked <= 0) return (0, 0);
        var all = Math.Min(asked, pool / PoolParts);
        var test = (int)((long)all * project.TestSize / asked);
        return (all - test, test);
    }

    /// <summary>Whether one answers what others have answered, to show how well: which items those are is not to be told.</summary>
    public static bool IsHidden(Project project) => project.GoldShare > 0 || project.TestAnswers > 1;

    /// <summary>What still waits for its first answer.</summary>
    public static IQueryable<Slot> Open(AppDbContext db, int projectId) => db.Slots
        .Where(s => s.ProjectId == projectId && s.AnswerId == null && s.Split > ItemSplit.Pool && s.Split < ItemSplit.Gold)
        .Where(s => !db.Finals.Any(f => f.ItemId == s.ItemId)
        && !db.Slots.Any(o => o.ItemId == s.ItemId && o.AnswerId == null && o.SlotNo < s.SlotNo)
        && db.Skips.Count(k => k.ItemId == s.ItemId) < First32.SkipLimit);

    /// <summary>Draws what is missing: after an import, and after the sizes were raised.</summary>
    public static async Task DrawAsync(AppDbContext db, Project project, CancellationToken cancellation)
    {
        var items = db.Items.Where(i => i.ProjectId == project.Id && i.ImportId <= project.VisibleImport && !i.Deleted);
        var pool = await items.CountAsync(cancellation);
        await DrawTestAsync(db, project, items, pool, cancellation);
        if (project is { GoldShare: > 0, GoldIsTest: false } && pool >= SmallestPool)
            await TakeGoldAsync(db, project, items, Math.Min(GoldItems, pool / GoldParts), cancellation);
    }

    private static async Task DrawTestAsync(AppDbContext db, Project project, IQueryable<Item> items, int pool,
        CancellationToken cancellation)
    {
        var (validation, test) = Allowed(project, pool);
        if (project.GoldIsTest)
        {
            await TakeGoldAsync(db, project, items, project.ValidationSize + project.TestSize, cancellation);
            return;
        }
        var drawn = await items.Where(i => i.Split == ItemSplit.Test || i.Split == ItemSplit.Validation).GroupBy(i => i.Split)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        var missing = (Test: Math.Max(0, test - drawn.GetValueOrDefault(ItemSplit.Test)),
            Validation: Math.Max(0, validation - drawn.GetValueOrDefault(ItemSplit.Validation)));
        if (missing is (0, 0)) return;
        var ids = await Free(db, project, items).Take(missing.Test + missing.Validation).Select(i => i.Id).ToListAsync(cancellation);
        await SetAsideAsync(db, project, [.. ids.Take(missing.Test)], ItemSplit.Test, cancellation);
        await SetAsideAsync(db, project, [.. ids.Skip(missing.Test)], ItemSplit.Validation, cancellation);
        await SlotSql.FitAsync(db, project, ids, cancellation);
    }

    /// <summary>For a database from before there were test sets.</summary>
    public static async Task DrawAllAsync(AppDbContext db, CancellationToken cancellation)
    {
        foreach (var project in await db.Projects.AsNoTracking().Where(p => p.DeletedAt == null).ToListAsync(cancellation))
            await DrawAsync(db, project, cancellation);
    }

    /// <summary>Gold answers are known: such an item needs nobody's, so it has no slot.</summary>
    private static async Task TakeGoldAsync(AppDbContext db, Project project, IQueryable<Item> items, int asked,
        CancellationToken cancellation)
    {
        // those that were drawn before anybody said so, first: nobody has to label them any more either
        var drawn = !project.GoldIsTest ? [] : await Untouched(db, items)
            .Where(i => (i.Split == ItemSplit.Test || i.Split == ItemSplit.Validation) && i.Gold != null)
            .Select(i => i.Id).ToListAsync(cancellation);
        var missing = asked - drawn.Count - await items.CountAsync(i => i.Split == ItemSplit.Gold, cancellation);
        List<long> ids = [.. drawn, .. await Free(db, project, items).Where(i => i.Gold != null).Take(Math.Max(0, missing))
            .Select(i => i.Id).ToListAsync(cancellation)];
        await SetAsideAsync(db, project, ids, ItemSplit.Gold, cancellation);
        foreach (var chunk in ids.Chunk(ChunkSize))
            await db.Slots.Where(s => chunk.Contains(s.ItemId) && s.AnswerId == null).ExecuteDeleteAsync(cancellation);
    }

    // in the random order; what was trained on never becomes a test, nor what is on a screen or among the first 32
    private static IQueryable<Item> Free(AppDbContext db, Project project, IQueryable<Item> items) => Untouched(db, items)
        .Where(i => i.Split == ItemSplit.Pool && !First32.Counting(db, project.Id).Select(d => d.ItemId).Contains(i.Id))
        .OrderBy(i => i.RandomRank).ThenBy(i => i.Id);

    private static IQueryable<Item> Untouched(AppDbContext db, IQueryable<Item> items) => items
        .Where(i => !db.Answers.Any(a => a.ItemId == i.Id) && !db.Slots.Any(s => s.ItemId == i.Id && s.UserId != null));

    private static async Task SetAsideAsync(AppDbContext db, Project project, IReadOnlyList<long> ids, ItemSplit split,
        CancellationToken cancellation)
    {
        foreach (var chunk in ids.Chunk(ChunkSize))
        {
            await db.Items.Where(i => chunk.Contains(i.Id)).ExecuteUpdateAsync(i => i.SetProperty(x => x.Split, split), cancellation);
            await db.Slots.Where(s => chunk.Contains(s.ItemId)).ExecuteUpdateAsync(s => s.SetProperty(x => x.Split, split), cancellation);
            await First32.Current(db, project.Id).Where(d => chunk.Contains(d.ItemId))
                .ExecuteUpdateAsync(d => d.SetProperty(x => x.Reason, PassedOver.SetAside), cancellation);
        }
    }

    private const int ChunkSize = 500;
}
