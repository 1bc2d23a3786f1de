using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>The statements of a ranking: many rows in one, from one JSON parameter.</summary>
internal static class RankSql
{
    // The plus takes the project's indexes out of the choice: by one of them SQLite would read and sort all items that are left, in every
    // step again.
    internal const string Next = """
        SELECT "Id","Text" FROM "Items" WHERE "Id">@cursor AND +"ProjectId"=@p AND NOT "Deleted"
        AND "ImportId"<=(SELECT "VisibleImport" FROM "Projects" WHERE "Id"=@p) ORDER BY "Id" LIMIT @count
        """;

    /// <summary>The next visible items behind the cursor, in the order of their ids.</summary>
    public static Task<List<T>> NextAsync<T>(AppDbContext db, int projectId, long cursor, int count, CancellationToken cancellation) =>
        db.Database.SqlQueryRaw<T>(Next, new SqliteParameter("@p", projectId), new SqliteParameter("@cursor", cursor),
            new SqliteParameter("@count", count)).ToListAsync(cancellation);

    /// <param name="rows">[[item, confidence, perplexity, answer, no kept token, why unusable], ...]</param>
    public static Task SaveScoresAsync(AppDbContext db, int rankingId, string rows, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
        INSERT OR REPLACE INTO "ItemScores" ("RankingId","ItemId","Confidence","Perplexity","ModelAnswer","NoKeptToken","Unusable")
        SELECT {rankingId},json_extract(r.value,'$[0]'),json_extract(r.value,'$[1]'),json_extract(r.value,'$[2]'),
        json_extract(r.value,'$[3]'),json_extract(r.value,'$[4]'),json_extract(r.value,'$[5]') FROM json_each({rows}) AS r
        """, cancellation);

    // the slots of these rows are looked up first: left to itself, SQLite walks over all open slots and reads the rows anew for each
    /// <param name="rows">[[item, place], ...]</param>
    public static Task SaveOrderAsync(AppDbContext db, int projectId, string rows, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
        WITH c AS MATERIALIZED (SELECT s."Id",json_extract(r.value,'$[1]') AS "Rank"
        FROM json_each({rows}) AS r CROSS JOIN "Slots" s ON s."ItemId"=json_extract(r.value,'$[0]')
        WHERE s."AnswerId" IS NULL AND +s."ProjectId"={projectId} AND s."ActiveRank">=0)
        UPDATE "Slots" SET "ActiveRank"=c."Rank" FROM c WHERE "Slots"."Id"=c."Id"
        """, cancellation);
}
