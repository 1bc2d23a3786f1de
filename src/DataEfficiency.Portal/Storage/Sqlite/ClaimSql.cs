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

    // the draw's first 32 that count, in drawn order, one answer of each before the second of any; the cross join keeps SQLite from walking
    // the whole pool instead
    private static readonly string First32 = Coded(Stratum.First32, Candidate("d.\"Place\"", $"({Free} OR {Expired})", $"""
        (SELECT "ItemId","Place" FROM "DrawItems" WHERE "DrawId"=@draw AND "Reason" IS NULL ORDER BY "Place" LIMIT {CosLow.Size}) d
        CROSS JOIN "Slots" s ON s."ItemId"=d."ItemId"
        """, "s.\"SlotNo\",d.\"Place\""));

    // what the answer set has outgrown comes before everything; the new answer is of the old one's stratum
    private static readonly string Again = $"""
        (SELECT "Id"*8+"Again" FROM (SELECT s."Id",s."Again" FROM "Slots" s
        WHERE s."ProjectId"=@p AND s."AnswerId" IS NULL AND s."Again" IS NOT NULL AND ({Free} OR {Expired})
        AND s."ImportId"<=@visible AND {IsNewTo("s.\"ItemId\"")} ORDER BY s."RandomRank",s."ItemId",s."SlotNo" LIMIT 1))
        """;

    private const string Pool = "s.\"Split\"=0", FreePool = $"{Free} AND {Pool}", ExpiredPool = $"{Expired} AND {Pool}";

    // behind what this person was given last, and then from the head: the further places of what it answered itself are there
    private static readonly string Random = Queue(Stratum.Random, "s.\"RandomRank\"", "@random");

    // a few hundred items at most
    private static readonly string Test = Coded(Stratum.Test,
        Candidate("s.\"RandomRank\"", $"s.\"Split\">0 AND s.\"Split\"<{(int)ItemSplit.Gold} AND ({Free} OR {Expired})"));

    private static readonly string Active = Queue(Stratum.Active, "s.\"ActiveRank\"", "@from");

    /// <summary>The first 32, then the random queue or the active one, then the others; the test set last, where it is not its turn.
    /// </summary>
    public static string RandomFirst { get; } = Take($"{First32},{Random},{Active},{Test}");

    public static string ActiveFirst { get; } = Take($"{First32},{Active},{Random},{Test}");

    public static string TestFirst { get; } = Take($"{First32},{Test},{Random},{Active}");

    /// <summary>An unranked pool has no active order worth the name.</summary>
    public static string RandomOnly { get; } = Take($"{First32},{Random},{Test}");

    // the further answers of an item that has one; in the active queue's name, since chance did not choose who waits for them
    private const string Further = "s.\"SlotNo\">0 AND s.\"Again\" IS NULL"
        + " AND EXISTS(SELECT 1 FROM \"Finals\" f WHERE f.\"ItemId\"=s.\"ItemId\")";

    private static readonly string AllFurther = Coded(Stratum.Active, Either(
        Candidate("s.\"RandomRank\"", $"{FreePool} AND {Further}"), Candidate("s.\"RandomRank\"", $"{ExpiredPool} AND {Further}")))
        + "," + Coded(Stratum.Test, Candidate("s.\"RandomRank\"",
            $"s.\"Split\">0 AND s.\"Split\"<{(int)ItemSplit.Gold} AND ({Free} OR {Expired}) AND {Further}"));

    /// <summary>Nothing new: what the answer set has outgrown, and what other answers wait for (<see cref="Finishing"/>).</summary>
    public static string Finish { get; } = Take(AllFurther);

    /// <summary>After a stop: whoever stopped has let go of what was asked again.</summary>
    public static string FinishStopped { get; } = Only(AllFurther);

    /// <summary>Takes the next slot for a person, or finds none.</summary>
    /// <param name="sql">One of the orders above.</param>
    public static Task<ClaimedSlot?> TakeAsync(AppDbContext db, string sql, SlotRequest ask, CancellationToken cancellation) =>
        RunAsync(db, sql, ask,
            [new() { ParameterName = "@from", Value = ask.From }, new() { ParameterName = "@random", Value = ask.RandomFrom }],
            cancellation);

    /// <summary>Makes a slot of a gold item that is new to the person, or finds none; none while the first 32 wait.</summary>
    public static Task<ClaimedSlot?> TakeGoldAsync(AppDbContext db, SlotRequest ask, CancellationToken cancellation) =>
        RunAsync(db, Gold, ask, [new("@salt", Turns.Salt(ask.Project, ask.UserId))], cancellation);

    private static async Task<ClaimedSlot?> RunAsync(AppDbContext db, string sql, SlotRequest ask, SqliteParameter[] own,
        CancellationToken cancellation)
    {
        SqliteParameter[] parameters =
        [
            new("@p", ask.Project.Id), new("@u", ask.UserId), new("@t", ask.Token), new("@now", ask.Now), new("@until", ask.Until),
            new("@visible", ask.Project.VisibleImport), new("@draw", (object?)ask.Project.DrawId ?? DBNull.Value), .. own,
        ];
        // RETURNING cannot be composed, so the list is read whole (one row at most)
        return (await db.Database.SqlQueryRaw<ClaimedSlot>(sql, parameters).ToListAsync(cancellation)).SingleOrDefault();
    }

    private static string Candidate(string rank, string where, string from = "\"Slots\" s", string? order = null) => $"""
        SELECT s."Id",{rank} AS "Rank",s."ItemId",s."SlotNo" FROM {from}
        WHERE s."ProjectId"=@p AND s."AnswerId" IS NULL AND {where} AND s."ImportId"<=@visible AND {IsNewTo("s.\"ItemId\"")}
        ORDER BY {order ?? rank},s."ItemId",s."SlotNo" LIMIT 1
        """;

    // this person has not had the item, nor seen others' answers to it in a review, and it does not wait for one
    private static string IsNewTo(string item) => $"""
        NOT EXISTS(SELECT 1 FROM "Slots" o WHERE o."ItemId"={item} AND o."UserId"=@u)
        AND NOT EXISTS(SELECT 1 FROM "Answers" l WHERE l."ItemId"={item} AND l."UserId"=@u AND l."Current")
        AND NOT EXISTS(SELECT 1 FROM "Skips" k WHERE k."ItemId"={item} AND k."UserId"=@u)
        AND NOT EXISTS(SELECT 1 FROM "Reviews" r WHERE r."ItemId"={item} AND r."UserId"=@u)
        AND (SELECT COUNT(*) FROM "Skips" k WHERE k."ItemId"={item})<{Labeling.First32.SkipLimit}
        """;

    // everybody answers every gold item, each person in an order of their own: a slot is made when its turn comes, once the first 32 are
    // on screens
    private static readonly string Gold = $"""
        INSERT INTO "Slots" ("ProjectId","ItemId","ImportId","SlotNo","Split","RandomRank","ActiveRank","UserId","LeaseUntil",
            "Token","Queue")
        SELECT i."ProjectId",i."Id",i."ImportId",COALESCE((SELECT MAX("SlotNo")+1 FROM "Slots" WHERE "ItemId"=i."Id"),0),i."Split",
            i."RandomRank",i."RandomRank",@u,@until,@t,{(int)Stratum.Gold}
        FROM "Items" i WHERE i."ProjectId"=@p AND i."Split"={(int)ItemSplit.Gold} AND i."ImportId"<=@visible AND NOT i."Deleted"
        AND {IsNewTo("i.\"Id\"")}
        AND {First32} IS NULL
        ORDER BY (i."RandomRank"*@salt)&{int.MaxValue},i."Id" LIMIT 1
        RETURNING "Id","ItemId","Queue","ActiveRank","RandomRank"
        """;

    private static string Either(string free, string expired) => $"""
        SELECT "Id" FROM (SELECT * FROM ({free}) UNION ALL SELECT * FROM ({expired})) ORDER BY "Rank","ItemId","SlotNo" LIMIT 1
        """;

    private static string Queue(Stratum queue, string rank, string from) =>
        Coded(queue, Either(Candidate(rank, $"{FreePool} AND {rank}>={from}"), Candidate(rank, ExpiredPool)))
        + "," + Coded(queue, Candidate(rank, FreePool));

    private static string Coded(Stratum queue, string slot) => $"(SELECT \"Id\"*8+{(int)queue} FROM ({slot}))";

    private static string Take(string queues) => Only($"{Again},{queues}");

    private static string Only(string queues) => $"""
        UPDATE "Slots" SET "UserId"=@u,"LeaseUntil"=@until,"Token"=@t,"Queue"=c."Code"%8
        FROM (SELECT COALESCE({queues}) AS "Code" LIMIT 1) AS c
        WHERE "Slots"."Id"=c."Code"/8 AND "AnswerId" IS NULL AND ("UserId" IS NULL OR "LeaseUntil"<@now)
        RETURNING "Id","ItemId","Queue","ActiveRank","RandomRank"
        """;
}

/// <summary>Who asks for a slot.</summary>
/// <param name="From">Active rank behind which the active queue is asked first.</param>
/// <param name="RandomFrom">And random rank, of the random one.</param>
internal sealed record SlotRequest(Project Project, string UserId, string Token, int From, int RandomFrom, long Now, long Until);

/// <summary>A slot as a claim hands it out.</summary>
internal sealed record ClaimedSlot(long Id, long ItemId, Stratum Queue, int ActiveRank, int RandomRank);
