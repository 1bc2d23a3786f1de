using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>An action that its lead can still take back.</summary>
/// <param name="Until">Unix milliseconds.</param>
public sealed record OpenUndo(Guid Id, BulkAction Action, int Items, long Until);

/// <summary>What can still be taken back, for half a minute: rows, so that a portal that ended meanwhile knows it too. A deletion can be
/// taken back later by restoring.</summary>
internal static class BulkUndos
{
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);

    private static readonly JsonSerializerOptions Short = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>In the transaction of the change, after it.</summary>
    public static async Task KeepAsync(AppDbContext db, BulkTurn turn, Guid undo, IReadOnlyList<ItemBefore> before,
        CancellationToken cancellation)
    {
        await db.BulkUndos.Where(u => u.Until < turn.Now).ExecuteDeleteAsync(cancellation);
        db.BulkUndos.Add(new BulkUndo
        {
            Undo = undo, ProjectId = turn.Project.Id, UserId = turn.UserId, Action = $"{turn.Ask.Action}", ItemCount = before.Count,
            Items = JsonSerializer.Serialize(before, Short), Until = turn.Now + (long)Kept.TotalMilliseconds,
            Newest = await db.Answers.Where(a => a.ProjectId == turn.Project.Id).MaxAsync(a => (long?)a.Id, cancellation) ?? 0,
        });
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>The half minute begins when all of it is done.</summary>
    public static Task<int> BeginAsync(AppDbContext db, Guid undo, long until, CancellationToken cancellation) =>
        db.BulkUndos.Where(u => u.Undo == undo).ExecuteUpdateAsync(u => u.SetProperty(x => x.Until, until), cancellation);

    /// <summary>By who did it, in time.</summary>
    public static IQueryable<BulkUndo> Open(AppDbContext db, int projectId, string userId, long now) =>
        db.BulkUndos.Where(u => u.ProjectId == projectId && u.UserId == userId && u.Until >= now);

    /// <summary>What some of its items were; it is given out once. Null: there are no more.</summary>
    public static async Task<(BulkAction Action, long Newest, IReadOnlyList<ItemBefore> Items)?> TakeAsync(AppDbContext db,
        IQueryable<BulkUndo> open, Guid undo, CancellationToken cancellation)
    {
        if (await open.AsNoTracking().Where(u => u.Undo == undo).OrderBy(u => u.Id).FirstOrDefaultAsync(cancellation) is not { } row)
            return null;
        await db.BulkUndos.Where(u => u.Id == row.Id).ExecuteDeleteAsync(cancellation);
        return (Enum.Parse<BulkAction>(row.Action), row.Newest, JsonSerializer.Deserialize<List<ItemBefore>>(row.Items, Short)!);
    }
}
