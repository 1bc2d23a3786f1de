// The statements that put a pool into the database. Plain prepared commands: with change tracking the same 100,000 rows need several
// times the time and memory, and every label waits behind each of these transactions.
using System.Text.Encodings.Web;
using System.Text.Json;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Tasks;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DataEfficiency.Portal.Storage.Sqlite;

internal static class PoolWriter
{
    private static readonly JsonSerializerOptions Plain =
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Adds items (without a place in the permutation yet) and the answers and skips they bring, which do not count yet
    /// either: answers are not current, skips are no project's.</summary>
    /// <param name="rows">Null: a row that brings none.</param>
    /// <param name="stop">Told how many rows are behind it: whether those are enough for now.</param>
    /// <returns>How many rows are behind it.</returns>
    public static int AddItems(AppDbContext db, Import import, ITaskKind kind, IEnumerable<PoolRow?> rows, long now, Func<int, bool> stop)
    {
        using var item = Command(db, """
            INSERT INTO "Items" ("ProjectId","ImportId","Line","ExternalId","Text","TextHash","Metadata","Gold","RightAnswers","Parts",
                "Split","RandomRank","Deleted")
            VALUES (@project,@import,@line,@external,@text,@hash,@metadata,@gold,@right,@parts,@split,-1,0) RETURNING "Id"
            """, "project", "import", "line", "external", "text", "hash", "metadata", "gold", "right", "parts", "split");
        using var given = Command(db, """
            INSERT INTO "Answers" ("SubmissionId","ProjectId","ItemId","UserId","AnswerJson","LabelId","AnswerText","Stratum",
                "SuggestionShown","Revision","Current","Surplus","StartedAt","CreatedAt","AnsweredAt","ActiveMilliseconds",
                "LabelVersion","Role","SchemaVersion")
            VALUES (@submission,@project,@item,@user,@json,@label,@answer,@stratum,0,@revision,0,@surplus,@at-@active,@at,@at,@active,0,
                @role,(SELECT "SchemaVersion" FROM "Projects" WHERE "Id"=@project)) RETURNING "Id"
            """, "submission", "project", "item", "user", "json", "label", "answer", "stratum", "revision", "surplus", "at", "active",
            "role");
        using var piece = Command(db, """
            INSERT INTO "AnswerParts" ("AnswerId","ItemId","LabelId","Start","End") VALUES (@answer,@item,@label,@start,@end)
            """, "answer", "item", "label", "start", "end");
        using var skip = Command(db, """
            INSERT INTO "Skips" ("ProjectId","ItemId","UserId","Reason","CreatedAt","SubmissionId","AnsweredAt")
            VALUES (-@project,@item,@user,@reason,@at,@submission,@at)
            """, "project", "item", "user", "reason", "at", "submission");
        var done = 0;
        foreach (var adds in rows)
        {
            if (stop(done)) break;
            done++;
            if (adds is not var (row, gold, answers)) continue;
            var parts = row.Parts is null ? null : JsonSerializer.Serialize(row.Parts, Plain);
            var id = (long)Run(item, import.ProjectId, import.Id, row.Line, row.ExternalId, row.Text, row.TextHash, row.Metadata,
                gold.Count > 0 ? gold[0] : null, GoldAnswers.Json(gold), parts, (int)row.Split)!;
            foreach (var one in answers)
            {
                // a clock that runs ahead would make its answers newer than any that is given here
                var (said, at) = (one.Said, Math.Min(one.Said.At ?? now, now));
                var user = ExternalAnnotator.IdOf(import.Id, said.By);
                if (one.Answer is not { } answer)
                {
                    Run(skip, import.ProjectId, id, user, SkipReasons.Of(said.SkipReason), at, Guid.NewGuid());
                    continue;
                }
                var answerId = (long)Run(given, Guid.NewGuid(), import.ProjectId, id, user, answer.Json, answer.LabelId, answer.Text,
                    (int)Stratum.Imported, said.Revision, said.IsSurplus ? 1 : 0, at, said.Milliseconds, (int)one.Role)!;
                foreach (var part in kind.Parts(new Answer { ItemId = id, AnswerJson = answer.Json, LabelId = answer.LabelId }))
                    Run(piece, answerId, id, part.LabelId, part.Start, part.End);
            }
        }
        return done;
    }

    /// <summary>Gives items their place in the permutation, a slot for each answer that takes one and else a free one, and their final
    /// answers, which are no project's yet.</summary>
    /// <param name="stop">Told how many items have theirs: whether those are enough for now.</param>
    /// <returns>How many items have theirs.</returns>
    public static int PlaceItems(AppDbContext db, Import import, ITaskKind kind, IEnumerable<PlacedItem> items,
        ILookup<long, Answer> answers, Func<int, bool> stop)
    {
        const string ranks = """UPDATE "Items" SET "RandomRank"=@rank WHERE "Id"=@item""";
        using var place = Command(db, ranks, "rank", "item");
        using var slot = Command(db, """
            INSERT INTO "Slots"
                ("ProjectId","ItemId","ImportId","SlotNo","Split","RandomRank","ActiveRank","UserId","LeaseUntil","Queue","AnswerId")
            VALUES (@project,@item,@import,@number,@split,@rank,@rank,@user,0,@queue,@answer)
            """, "project", "item", "import", "number", "split", "rank", "user", "queue", "answer");
        using var settle = Command(db, """
            INSERT INTO "Finals" ("ItemId","ProjectId","By","AnswerId","LabelId","AnswerText","Heard","SchemaVersion","Stratum")
            VALUES (@item,-@project,@by,@answer,@label,@text,@heard,@schema,@stratum)
            """, "item", "project", "by", "answer", "label", "text", "heard", "schema", "stratum");
        var done = 0;
        foreach (var (id, rank, split) in items)
        {
            if (stop(done)) break;
            done++;
            Run(place, rank, id);
            List<Answer> given = [.. answers[id]];
            // labels that came with a file are those in use
            var final = FinalAnswers.Decide(kind, MergedLabels.None, given);
            if (final is not null)
                Run(settle, id, import.ProjectId, (int)final.By, final.AnswerId, final.LabelId, final.AnswerText, final.Heard,
                    final.SchemaVersion, (int)final.Stratum);
            var seated = given.Where(a => a is { Surplus: false, Role: not (AnswerRole.Review or AnswerRole.Gold) }).ToList();
            // what only a review decided is nobody's to answer either
            if (seated.Count == 0 && given.Find(a => a.Id == final?.AnswerId) is { } decided) seated.Add(decided);
            for (var number = 0; number < Math.Max(1, seated.Count); number++)
                if (number < seated.Count)
                    Run(slot, import.ProjectId, id, import.Id, number, (int)split, rank, seated[number].UserId, (int)Stratum.Imported,
                        seated[number].Id);
                else Run(slot, import.ProjectId, id, import.Id, number, (int)split, rank, null, null, null);
        }
        return done;
    }

    /// <summary>What an import brought becomes the project's: skips and final answers.</summary>
    public static async Task ShowAsync(AppDbContext db, Import import, CancellationToken cancel)
    {
        await db.Finals.Where(f => f.ProjectId == -import.ProjectId)
            .ExecuteUpdateAsync(f => f.SetProperty(x => x.ProjectId, import.ProjectId), cancel);
        await db.Skips.Where(s => s.ProjectId == -import.ProjectId)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.ProjectId, import.ProjectId), cancel);
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

internal sealed record PlacedItem(long Id, int Rank, ItemSplit Split);
