// The statements that put a pool into the database. Plain prepared commands: with change tracking the same 100,000 rows need several times the
// time and memory, and every label waits behind each of these transactions.
using System.Text.Json;
using DataEfficiency.Portal.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DataEfficiency.Portal.Importing;

internal static class PoolWriter
{
    /// <summary>Adds items (without a place in the permutation yet) and the labels they bring, which do not count yet either.</summary>
    public static void AddItems(AppDbContext db, Import import, IEnumerable<PoolRow> rows, long now)
    {
        using var item = Command(db, """
            INSERT INTO "Items" ("ProjectId","ImportId","Line","ExternalId","Text","TextHash","Metadata","Gold","RandomRank","ActiveRank","NoKeptToken")
            VALUES (@project,@import,@line,@external,@text,@hash,@metadata,@gold,-1,-1,0) RETURNING "Id"
            """, "project", "import", "line", "external", "text", "hash", "metadata", "gold");
        using var label = Command(db, """
            INSERT INTO "Labels" ("SubmissionId","ProjectId","ItemId","UserId","AnswerJson","LabelDefinitionId","AnswerText","Stratum","SuggestionShown","Revision","Current","Surplus","StartedAt","CreatedAt","ActiveMilliseconds","LabelVersion")
            VALUES (@submission,@project,@item,@user,@json,@definition,@answer,@stratum,0,1,0,0,@now,@now,0,0)
            """, "submission", "project", "item", "user", "json", "definition", "answer", "stratum", "now");
        foreach (var row in rows)
        {
            var id = (long)Run(item, import.ProjectId, import.Id, row.Row.Line, row.Row.ExternalId, row.Row.Text, row.Row.TextHash, row.Row.Metadata, row.Gold)!;
            if (row.LabelText is null) continue;
            var json = row.Label is { } definition ? JsonSerializer.Serialize(new { label = definition.Id }) : JsonSerializer.Serialize(new { text = row.LabelText });
            Run(label, Guid.NewGuid(), import.ProjectId, id, import.CreatedBy, json, row.Label?.Id, row.LabelText, (int)Stratum.Imported, now);
        }
    }

    /// <summary>Gives items their place in the permutation and makes one slot each; the slot of a labelled item is taken from the start.</summary>
    public static void PlaceItems(AppDbContext db, Import import, IEnumerable<PlacedItem> items)
    {
        using var place = Command(db, """UPDATE "Items" SET "RandomRank"=@rank,"ActiveRank"=@rank WHERE "Id"=@item""", "rank", "item");
        using var slot = Command(db, """
            INSERT INTO "Slots" ("ProjectId","ItemId","ImportId","SlotNo","RandomRank","ActiveRank","UserId","LeaseUntil","Queue","LabelId")
            VALUES (@project,@item,@import,0,@rank,@rank,@user,0,@queue,@label)
            """, "project", "item", "import", "rank", "user", "queue", "label");
        foreach (var (id, rank, labelId) in items)
        {
            Run(place, rank, id);
            Run(slot, import.ProjectId, id, import.Id, rank, labelId is null ? null : import.CreatedBy, labelId is null ? null : (int)Stratum.Imported, labelId);
        }
    }

    /// <summary>Removes up to a chunk of an import's items with all that hangs on them. Returns how many items went.</summary>
    public static async Task<int> RemoveChunkAsync(AppDbContext db, int importId, CancellationToken cancel)
    {
        var ids = await db.Items.Where(i => i.ImportId == importId).OrderBy(i => i.Id).Select(i => i.Id).Take(ImportLimits.ChunkRows).ToListAsync(cancel);
        if (ids.Count == 0) return 0;
        await RemoveItemsAsync(db, ids, cancel);
        return ids.Count;
    }

    public static async Task RemoveItemsAsync(AppDbContext db, IReadOnlyList<long> ids, CancellationToken cancel)
    {
        await db.Labels.Where(l => ids.Contains(l.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Slots.Where(s => ids.Contains(s.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Skips.Where(s => ids.Contains(s.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Remarks.Where(r => ids.Contains(r.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Drafts.Where(d => ids.Contains(d.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Items.Where(i => ids.Contains(i.Id)).ExecuteDeleteAsync(cancel);
    }

    private static SqliteCommand Command(AppDbContext db, string sql, params string[] names)
    {
        var command = ((SqliteConnection)db.Database.GetDbConnection()).CreateCommand();
        command.CommandText = sql;
        command.Transaction = (SqliteTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        foreach (var name in names) command.Parameters.Add(new SqliteParameter("@" + name, null));
        return command;
    }

    private static object? Run(SqliteCommand command, params object?[] values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command.ExecuteScalar();
    }
}

/// <param name="LabelId">The label that came with the item, or null.</param>
internal sealed record PlacedItem(long Id, int Rank, long? LabelId);
