using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>
/// Makes an item's slots as many as the project's settings ask for: two for the test set, several for the share of the pool that overlaps,
/// one for the rest. More are added; of those that are too many only free ones go. Which items of the pool overlap is told by their place
/// in the random order, hashed: the same items whenever and however often it is asked, and more of them when the share is raised.
/// </summary>
internal static class SlotSql
{
    // the multiplier spreads neighbours over all numbers, so that neither end of the order overlaps more
    private const string Overlaps = "((i.\"RandomRank\"*2654435761)&4294967295)<@share";

    // what a file answered is not asked again, and gold items have a slot for each person
    private static readonly string Wanted = $"""
        CASE WHEN i."Split"={(int)ItemSplit.Gold} THEN o."Count"
        WHEN EXISTS(SELECT 1 FROM "Slots" f WHERE f."ItemId"=i."Id" AND f."Queue"={(int)Stratum.Imported}) THEN 1
        WHEN i."Split"<>{(int)ItemSplit.Pool} THEN @test WHEN {Overlaps} THEN @overlap ELSE 1 END
        """;

    // the plus: by the items' ids, not over all items of the project
    private static readonly string Counted = $"""
        (SELECT "ItemId",COUNT(*) AS "Count",MAX("SlotNo") AS "Last",MIN("ActiveRank") AS "Rank" FROM "Slots"
        WHERE "ItemId" IN (SELECT value FROM json_each(@items)) GROUP BY "ItemId") o
        JOIN "Items" i ON i."Id"=o."ItemId" AND +i."ProjectId"=@p AND NOT i."Deleted"
        """;

    private static readonly string Add = $"""
        INSERT INTO "Slots" ("ProjectId","ItemId","ImportId","SlotNo","Split","RandomRank","ActiveRank","LeaseUntil")
        SELECT i."ProjectId",i."Id",i."ImportId",o."Last"+1,i."Split",i."RandomRank",o."Rank",0
        FROM {Counted} WHERE o."Count"<{Wanted}
        """;

    private static readonly string Remove = $"""
        DELETE FROM "Slots" WHERE "Id" IN (SELECT s."Id" FROM {Counted} JOIN (SELECT "Id","ItemId","AnswerId","UserId",
        ROW_NUMBER() OVER (PARTITION BY "ItemId" ORDER BY "AnswerId" IS NULL,"UserId" IS NULL,"SlotNo") AS "Number" FROM "Slots"
        WHERE "ItemId" IN (SELECT value FROM json_each(@items))) s ON s."ItemId"=o."ItemId"
        WHERE s."AnswerId" IS NULL AND s."UserId" IS NULL AND s."Number">{Wanted})
        """;

    /// <summary>Fits those of these items that have a slot.</summary>
    public static async Task FitAsync(AppDbContext db, Project project, IEnumerable<long> items, CancellationToken cancellation)
    {
        var ids = JsonSerializer.Serialize(items);
        object[] Parameters() =>
        [
            new SqliteParameter("@p", project.Id), new SqliteParameter("@items", ids),
            new SqliteParameter("@share", (long)(project.OverlapShare * (1L << 32))),
            new SqliteParameter("@overlap", project.OverlapAnswers), new SqliteParameter("@test", project.TestAnswers),
        ];
        // one slot more for each item at a time
        while (await db.Database.ExecuteSqlRawAsync(Add, Parameters(), cancellation) > 0) { }
        await db.Database.ExecuteSqlRawAsync(Remove, Parameters(), cancellation);
    }

    /// <summary>A second person is asked for the answer of so many items that have one, in the random order.</summary>
    public static Task AskTwiceAsync(AppDbContext db, int projectId, int items, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            INSERT INTO "Slots" ("ProjectId","ItemId","ImportId","SlotNo","Split","RandomRank","ActiveRank","LeaseUntil")
            SELECT i."ProjectId",i."Id",i."ImportId",(SELECT COALESCE(MAX(s."SlotNo"),0)+1 FROM "Slots" s WHERE s."ItemId"=i."Id"),
                i."Split",i."RandomRank",i."RandomRank",0
            FROM "Items" i JOIN "Finals" f ON f."ItemId"=i."Id"
            WHERE i."ProjectId"={projectId} AND NOT i."Deleted" AND i."Split"=0 AND f."By"={(int)FinalBy.Only}
            AND NOT EXISTS(SELECT 1 FROM "Slots" s WHERE s."ItemId"=i."Id" AND s."AnswerId" IS NULL)
            ORDER BY i."RandomRank",i."Id" LIMIT {items}
            """, cancellation);

    /// <summary>The next items behind an id, in their order.</summary>
    public static Task<List<long>> NextAsync(AppDbContext db, int projectId, long behind, int count, CancellationToken cancellation) =>
        db.Database.SqlQuery<long>($"""
        SELECT "Id" AS "Value" FROM "Items" WHERE "Id">{behind} AND +"ProjectId"={projectId} ORDER BY "Id" LIMIT {count}
        """).ToListAsync(cancellation);
}
