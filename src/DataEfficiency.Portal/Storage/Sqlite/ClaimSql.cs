using DataEfficiency.Engine;
using DataEfficiency.Portal.Labeling;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>
/// The claim as one statement: pick and take cannot be torn apart, and an expired lease is told by the query, not by a sweeper. A queue is
/// asked by two probes of which the lower rank counts: the first free slot in order, and the first among the leases that ran out. Each has
/// an index of its own, so that nobody walks over the cards on other people's screens. A queue is asked only where those before it have
/// nothing (COALESCE stops at the first that has); which one gave the slot is told by the rest of a division by eight.
/// </summary>
internal static class ClaimSql
{
    private const string Free = "s.\"UserId\" IS NULL", Expired = "s.\"UserId\" IS NOT NULL AND s.\"LeaseUntil\"<@now";

    // the draw's first 32 that count, in drawn order; the cross join keeps SQLite from walking the whole pool instead
    private static readonly string First32 = Coded(Stratum.First32, Candidate("d.\"Place\"", $"({Free} OR {Expired})", $"""
        (SELECT "ItemId","Place" FROM "DrawItems" WHERE "DrawId"=@draw AND "Reason" IS NULL ORDER BY "Place" LIMIT {CosLow.Size}) d
        CROSS JOIN "Slots" s ON s."ItemId"=d."ItemId"
        """));

    private const string Pool = "s.\"Split\"=0", FreePool = $"{Free} AND {Pool}", ExpiredPool = $"{Expired} AND {Pool}";

    private static readonly string Random = Coded(Stratum.Random,
        Either(Candidate("s.\"RandomRank\"", FreePool), Candidate("s.\"RandomRank\"", ExpiredPool)));

    // a few hundred items at most
    private static readonly string Test = Coded(Stratum.Test,
        Candidate("s.\"RandomRank\"", $"s.\"Split\">0 AND ({Free} OR {Expired})"));

    // behind what this person was given last, and then from the head
    private static readonly string Active = Coded(Stratum.Active, Either(
        Candidate("s.\"ActiveRank\"", $"{FreePool} AND s.\"ActiveRank\">=@from"), Candidate("s.\"ActiveRank\"", ExpiredPool)))
        + "," + Coded(Stratum.Active, Candidate("s.\"ActiveRank\"", FreePool));

    /// <summary>The first 32, then the random queue or the active one, then the others; the test set last, where it is not its turn.
    /// </summary>
    public static string RandomFirst { get; } = Take($"{First32},{Random},{Active},{Test}");

    public static string ActiveFirst { get; } = Take($"{First32},{Active},{Random},{Test}");

    public static string TestFirst { get; } = Take($"{First32},{Test},{Random},{Active}");

    /// <summary>An unranked pool has no active order worth the name.</summary>
    public static string RandomOnly { get; } = Take($"{First32},{Random},{Test}");

    /// <summary>Takes the next slot for a person, or finds none.</summary>
    /// <param name="sql">One of the orders above.</param>
    /// <param name="from">Active rank behind which the active queue is asked first.</param>
    public static async Task<ClaimedSlot?> TakeAsync(AppDbContext db, string sql, Project project, string userId, string token, int from,
        long now, long until, CancellationToken cancellation)
    {
        SqliteParameter[] parameters =
        [
            new("@p", project.Id), new("@u", userId), new("@t", token), new("@now", now), new("@until", until),
            new("@visible", project.VisibleImport), new("@draw", (object?)project.DrawId ?? DBNull.Value),
            // a literal 0 as second argument would be taken for a type
            new() { ParameterName = "@from", Value = from },
        ];
        // RETURNING cannot be composed, so the list is read whole (one row at most)
        return (await db.Database.SqlQueryRaw<ClaimedSlot>(sql, parameters).ToListAsync(cancellation)).SingleOrDefault();
    }

    private static string Candidate(string rank, string where, string from = "\"Slots\" s") => $"""
        SELECT s."Id",{rank} AS "Rank",s."ItemId",s."SlotNo" FROM {from}
        WHERE s."ProjectId"=@p AND s."AnswerId" IS NULL AND {where} AND s."ImportId"<=@visible
        AND NOT EXISTS(SELECT 1 FROM "Slots" o WHERE o."ItemId"=s."ItemId" AND o."UserId"=@u)
        AND NOT EXISTS(SELECT 1 FROM "Answers" l WHERE l."ItemId"=s."ItemId" AND l."UserId"=@u AND l."Current")
        AND NOT EXISTS(SELECT 1 FROM "Skips" k WHERE k."ItemId"=s."ItemId" AND k."UserId"=@u)
        AND (SELECT COUNT(*) FROM "Skips" k WHERE k."ItemId"=s."ItemId")<{Labeling.First32.SkipLimit}
        ORDER BY {rank},s."ItemId",s."SlotNo" LIMIT 1
        """;

    private static string Either(string free, string expired) => $"""
        SELECT "Id" FROM (SELECT * FROM ({free}) UNION ALL SELECT * FROM ({expired})) ORDER BY "Rank","ItemId","SlotNo" LIMIT 1
        """;

    private static string Coded(Stratum queue, string slot) => $"(SELECT \"Id\"*8+{(int)queue} FROM ({slot}))";

    private static string Take(string queues) => $"""
        UPDATE "Slots" SET "UserId"=@u,"LeaseUntil"=@until,"Token"=@t,"Queue"=c."Code"%8
        FROM (SELECT COALESCE({queues}) AS "Code" LIMIT 1) AS c
        WHERE "Slots"."Id"=c."Code"/8 AND "AnswerId" IS NULL AND ("UserId" IS NULL OR "LeaseUntil"<@now)
        RETURNING "Id","ItemId","Queue","ActiveRank"
        """;
}

/// <summary>A slot as a claim hands it out.</summary>
internal sealed record ClaimedSlot(long Id, long ItemId, Stratum Queue, int ActiveRank);
