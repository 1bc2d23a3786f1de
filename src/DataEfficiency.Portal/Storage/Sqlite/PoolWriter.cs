// The statements that put a pool into the database. Plain prepared commands: with change tracking the same 100,000 rows need several
// times the time and memory, and every label waits behind each of these transactions.
using System.Text.Encodings.Web;
using System.Text.Json;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Tasks;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DataEfficiency.Portal.Storage.Sqlite;

internal static class PoolWriter
{
    private static readonly JsonSerializerOptions Plain =
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Adds items (without a place in the permutation yet) and the labels they bring, which do not count yet either.</summary>
    public static void AddItems(AppDbContext db, Import import, ITaskKind kind, string annotator, IEnumerable<PoolRow> rows, long now)
    {
        using var item = Command(db, """
            INSERT INTO "Items" ("ProjectId","ImportId","Line","ExternalId","Text","TextHash","Metadata","Gold","RightAnswers","Parts",
                "RandomRank","Split","Deleted")
            VALUES (@project,@import,@line,@external,@text,@hash,@metadata,@gold,@right,@parts,-1,0,0) RETURNING "Id"
            """, "project", "import", "line", "external", "text", "hash", "metadata", "gold", "right", "parts");
        using var given = Command(db, """
            INSERT INTO "Answers" ("SubmissionId","ProjectId","ItemId","UserId","AnswerJson","LabelId","AnswerText","Stratum",
                "SuggestionShown","Revision","Current","Surplus","StartedAt","CreatedAt","AnsweredAt","ActiveMilliseconds",
                "LabelVersion","Role","SchemaVersion")
            VALUES (@submission,@project,@item,@user,@json,@label,@answer,@stratum,0,1,0,0,@now,@now,@now,0,0,@role,
                (SELECT "SchemaVersion" FROM "Projects" WHERE "Id"=@project)) RETURNING "Id"
            """, "submission", "project", "item", "user", "json", "label", "answer", "stratum", "now", "role");
        using var piece = Command(db, """
            INSERT INTO "AnswerParts" ("AnswerId","ItemId","LabelId","Start","End") VALUES (@answer,@item,@label,@start,@end)
            """, "answer", "item", "label", "start", "end");
        foreach (var (row, gold, answer) in rows)
        {
            var right = gold.Count > 1 ? JsonSerializer.Serialize(gold, Plain) : null;
            var parts = row.Parts is null ? null : JsonSerializer.Serialize(row.Parts, Plain);
            var id = (long)Run(item, import.ProjectId, import.Id, row.Line, row.ExternalId, row.Text, row.TextHash, row.Metadata,
                gold.Count > 0 ? gold[0] : null, right, parts)!;
            if (answer is null) continue;
            var answerId = (long)Run(given, Guid.NewGuid(), import.ProjectId, id, annotator, answer.Json, answer.LabelId, answer.Text,
                (int)Stratum.Imported, now, (int)AnswerRole.Import)!;
            foreach (var part in kind.Parts(new Answer { ItemId = id, AnswerJson = answer.Json, LabelId = answer.LabelId }))
                Run(piece, answerId, id, part.LabelId, part.Start, part.End);
        }
    }

    /// <summary>Gives items their place in the permutation and makes one slot each; the slot of a labelled item is taken from the
    /// start.</summary>
    public static void PlaceItems(AppDbContext db, Import import, string annotator, IEnumerable<PlacedItem> items)
    {
        const string ranks = """UPDATE "Items" SET "RandomRank"=@rank WHERE "Id"=@item""";
        using var place = Command(db, ranks, "rank", "item");
        using var slot = Command(db, """
            INSERT INTO "Slots"
                ("ProjectId","ItemId","ImportId","SlotNo","RandomRank","ActiveRank","UserId","LeaseUntil","Queue","AnswerId")
            VALUES (@project,@item,@import,0,@rank,@rank,@user,0,@queue,@label)
            """, "project", "item", "import", "rank", "user", "queue", "label");
        foreach (var (id, rank, answerId) in items)
        {
            Run(place, rank, id);
            var isLabelled = answerId is not null;
            Run(slot, import.ProjectId, id, import.Id, rank, isLabelled ? annotator : null, isLabelled ? (int)Stratum.Imported
                : null, answerId);
        }
    }

    /// <summary>The answers that an import brought are its items' final ones: new items have no other.</summary>
    public static void SettleImported(AppDbContext db, Import import)
    {
        using var settle = Command(db, """
            INSERT INTO "Finals" ("ItemId","ProjectId","By","AnswerId","LabelId","AnswerText","Heard","SchemaVersion","Stratum")
            SELECT a."ItemId",a."ProjectId",@only,a."Id",a."LabelId",a."AnswerText",1,a."SchemaVersion",a."Stratum"
            FROM "Items" i JOIN "Answers" a ON a."ItemId"=i."Id" AND a."Current" WHERE i."ImportId"=@import
            """, "only", "import");
        Run(settle, (int)FinalBy.Only, import.Id);
    }

    /// <summary>Removes up to a chunk of an import's items with all that hangs on them. Returns how many items went.</summary>
    public static async Task<int> RemoveChunkAsync(AppDbContext db, int importId, CancellationToken cancel)
    {
        var ids = await db.Items.Where(i => i.ImportId == importId).OrderBy(i => i.Id).Select(i => i.Id)
            .Take(ImportLimits.ChunkRows).ToListAsync(cancel);
        if (ids.Count == 0) return 0;
        await RemoveItemsAsync(db, ids, cancel);
        return ids.Count;
    }

    public static async Task RemoveItemsAsync(AppDbContext db, IReadOnlyList<long> ids, CancellationToken cancel)
    {
        await db.CheckPredictions.Where(p => ids.Contains(p.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Reviews.Where(r => ids.Contains(r.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Finals.Where(f => ids.Contains(f.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Slots.Where(s => ids.Contains(s.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Answers.Where(l => ids.Contains(l.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Skips.Where(s => ids.Contains(s.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Remarks.Where(r => ids.Contains(r.ItemId)).ExecuteDeleteAsync(cancel);
        await db.Claims.Where(c => ids.Contains(c.ItemId)).ExecuteDeleteAsync(cancel);
        await db.DrawItems.Where(d => ids.Contains(d.ItemId)).ExecuteDeleteAsync(cancel);
        await db.ItemScores.Where(s => ids.Contains(s.ItemId)).ExecuteDeleteAsync(cancel);
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

/// <param name="AnswerId">The answer that came with the item, or null.</param>
internal sealed record PlacedItem(long Id, int Rank, long? AnswerId);
