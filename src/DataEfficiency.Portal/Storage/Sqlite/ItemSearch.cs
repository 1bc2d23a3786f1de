using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>
/// Full-text search over the items' texts: an FTS5 index of their trigrams, which finds parts of words in any script. Triggers keep it, so
/// that whatever writes items keeps it too. It holds nothing of its own: at start it is made where it is not there, or not as it should be.
/// </summary>
internal static class ItemSearch
{
    /// <summary>Shorter words have no trigram; they are looked for in the texts themselves.</summary>
    public const int ShortestWord = 3;

    private const int MostWords = 20;

    private static readonly (string Name, string Sql)[] Parts =
    [
        ("ItemTexts", """CREATE VIRTUAL TABLE "ItemTexts" USING fts5("Text",content='Items',content_rowid='Id',tokenize='trigram')"""),
        ("ItemTexts_Added", """
            CREATE TRIGGER "ItemTexts_Added" AFTER INSERT ON "Items" BEGIN
            INSERT INTO "ItemTexts"(rowid,"Text") VALUES (new."Id",new."Text"); END
            """),
        ("ItemTexts_Removed", """
            CREATE TRIGGER "ItemTexts_Removed" AFTER DELETE ON "Items" BEGIN
            INSERT INTO "ItemTexts"("ItemTexts",rowid,"Text") VALUES ('delete',old."Id",old."Text"); END
            """),
        ("ItemTexts_Changed", """
            CREATE TRIGGER "ItemTexts_Changed" AFTER UPDATE OF "Text" ON "Items" BEGIN
            INSERT INTO "ItemTexts"("ItemTexts",rowid,"Text") VALUES ('delete',old."Id",old."Text");
            INSERT INTO "ItemTexts"(rowid,"Text") VALUES (new."Id",new."Text"); END
            """),
    ];

    /// <summary>Makes the index where a part of it is missing or another one: a migration that rebuilds the table of items takes its
    /// triggers along.</summary>
    public static async Task PrepareAsync(AppDbContext db, CancellationToken cancellation = default)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var there = await db.Database.SqlQueryRaw<Part>(
            """SELECT name AS "Name",sql AS "Sql" FROM sqlite_master WHERE name LIKE 'ItemTexts%'""").ToListAsync(cancellation);
        if (Parts.All(p => there.Any(t => t.Name == p.Name && t.Sql == p.Sql))) return;
        foreach (var (name, _) in Parts.Skip(1))
        {
            var drop = "DROP TRIGGER IF EXISTS \"" + name + '"';
            await db.Database.ExecuteSqlRawAsync(drop, cancellation);
        }
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"ItemTexts\"", cancellation);
        foreach (var (_, sql) in Parts) await db.Database.ExecuteSqlRawAsync(sql, cancellation);
        await db.Database.ExecuteSqlRawAsync("""INSERT INTO "ItemTexts"("ItemTexts") VALUES ('rebuild')""", cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Items of all projects whose text has every word of the search. An empty search is all items.</summary>
    public static IQueryable<Item> Matching(AppDbContext db, string search)
    {
        var words = Words(search);
        if (words.Count == 0) return db.Items;
        var (trigrams, few) = (words.Where(w => Length(w) >= ShortestWord).ToList(), words.Where(w => Length(w) < ShortestWord).ToList());
        IQueryable<Item> items = db.Items;
        if (trigrams.Count > 0)
            items = db.Items.FromSqlRaw(
                // the cross join keeps SQLite from walking over all items to ask the index for each
                """
                SELECT "Items".* FROM "ItemTexts" CROSS JOIN "Items" ON "Items"."Id"="ItemTexts".rowid WHERE "ItemTexts" MATCH @match
                """,
                new SqliteParameter("@match", string.Join(" AND ", trigrams.Select(Quoted))));
        foreach (var word in few)
        {
            var pattern = $"%{word.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_")}%";
            items = items.Where(i => EF.Functions.Like(i.Text, pattern, "\\"));
        }
        return items;
    }

    /// <summary>Words as people type them, without what no text holds.</summary>
    internal static IReadOnlyList<string> Words(string search) =>
        [.. new string([.. search.Where(c => !char.IsControl(c) || char.IsWhiteSpace(c))])
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostWords)];

    // in quotes nothing is an operator
    private static string Quoted(string word) => $"\"{word.Replace("\"", "\"\"")}\"";

    // a lone surrogate is no character to SQLite either
    private static int Length(string word) => word.EnumerateRunes().Count();

    private sealed record Part(string Name, string? Sql);
}
