using DataEfficiency.Engine;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Labeling;

/// <summary>The claim as one statement: pick and take cannot be torn apart, and an expired lease is told by the query, not by a
/// sweeper.</summary>
internal static class ClaimSql
{
    public static string Active { get; } = Claim("AND s.\"ActiveRank\">=@from", "s.\"ActiveRank\",s.\"ItemId\",s.\"SlotNo\"");

    public static string Random { get; } = Claim("", "s.\"RandomRank\",s.\"SlotNo\"");

    /// <summary>The draw's first 32 that count, in drawn order (<see cref="Labeling.First32"/>). CROSS JOIN: SQLite must go from them to
    /// their slots; by the project's index it would walk the whole pool.</summary>
    public static string First32 { get; } = Claim("", "d.\"Place\",s.\"SlotNo\"", $"""
        (SELECT "ItemId","Place" FROM "DrawItems" WHERE "DrawId"=@draw AND "Reason" IS NULL ORDER BY "Place" LIMIT {CosLow.Size}) d
          CROSS JOIN "Slots" s ON s."ItemId"=d."ItemId"
        """);

    private static string Claim(string where, string order, string from = "\"Slots\" s") => $"""
        UPDATE "Slots" SET "UserId"=@u,"LeaseUntil"=@until,"Token"=@t,"Queue"=@q WHERE "Id"=(
         SELECT s."Id" FROM {from} WHERE s."ProjectId"=@p AND s."AnswerId" IS NULL AND s."ImportId"<=@visible {where}
         AND (s."UserId" IS NULL OR s."LeaseUntil"<@now)
         AND NOT EXISTS(SELECT 1 FROM "Slots" o WHERE o."ItemId"=s."ItemId" AND o."UserId"=@u)
         AND NOT EXISTS(SELECT 1 FROM "Answers" l WHERE l."ItemId"=s."ItemId" AND l."UserId"=@u AND l."Current")
         AND NOT EXISTS(SELECT 1 FROM "Skips" k WHERE k."ItemId"=s."ItemId" AND k."UserId"=@u)
         AND (SELECT COUNT(*) FROM "Skips" k WHERE k."ItemId"=s."ItemId")<{Labeling.First32.SkipLimit}
         ORDER BY {order} LIMIT 1)
        AND "AnswerId" IS NULL AND ("UserId" IS NULL OR "LeaseUntil"<@now) RETURNING "Id","ItemId","Queue"
        """;
}

/// <summary>A slot as a claim hands it out.</summary>
internal sealed record ClaimedSlot(long Id, long ItemId, Stratum Queue);
