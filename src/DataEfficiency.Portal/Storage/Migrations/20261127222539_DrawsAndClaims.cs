using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class DrawsAndClaims : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "DrawId",
                table: "Projects",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Claims",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ItemId = table.Column<long>(type: "INTEGER", nullable: false),
                    UserId = table.Column<string>(type: "TEXT", nullable: false),
                    Queue = table.Column<int>(type: "INTEGER", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Claims", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "DrawItems",
                columns: table => new
                {
                    DrawId = table.Column<int>(type: "INTEGER", nullable: false),
                    Place = table.Column<int>(type: "INTEGER", nullable: false),
                    ItemId = table.Column<long>(type: "INTEGER", nullable: false),
                    Reason = table.Column<int>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DrawItems", x => new { x.DrawId, x.Place });
                });

            migrationBuilder.CreateTable(
                name: "Draws",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ProjectId = table.Column<int>(type: "INTEGER", nullable: false),
                    ModelSha256 = table.Column<string>(type: "TEXT", nullable: false),
                    Instruction = table.Column<string>(type: "TEXT", nullable: false),
                    Seed = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Draws", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Claims_ItemId_UserId",
                table: "Claims",
                columns: new[] { "ItemId", "UserId" });

            migrationBuilder.CreateIndex(
                name: "IX_Claims_UserId",
                table: "Claims",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_DrawItems_ItemId_DrawId",
                table: "DrawItems",
                columns: new[] { "ItemId", "DrawId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Draws_ProjectId",
                table: "Draws",
                column: "ProjectId");

            CarryOver(migrationBuilder);

            migrationBuilder.DropIndex(
                name: "IX_Slots_ProjectId_DrawRank",
                table: "Slots");

            migrationBuilder.DropIndex(
                name: "IX_Items_ProjectId_DrawRank",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "DrawRank",
                table: "Slots");

            migrationBuilder.DropColumn(
                name: "DrawRank",
                table: "Items");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Claims");

            migrationBuilder.DropTable(
                name: "DrawItems");

            migrationBuilder.DropTable(
                name: "Draws");

            migrationBuilder.DropColumn(
                name: "DrawId",
                table: "Projects");

            migrationBuilder.AddColumn<int>(
                name: "DrawRank",
                table: "Slots",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "DrawRank",
                table: "Items",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Slots_ProjectId_DrawRank",
                table: "Slots",
                columns: new[] { "ProjectId", "DrawRank" },
                filter: "\"DrawRank\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Items_ProjectId_DrawRank",
                table: "Items",
                columns: new[] { "ProjectId", "DrawRank" },
                filter: "\"DrawRank\" IS NOT NULL");
        }

        /// <summary>What was drawn and served so far; in the new draws a place is passed over for the reasons that held until now.</summary>
        private static void CarryOver(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                INSERT INTO "Draws" ("ProjectId","ModelSha256","Instruction","Seed","CreatedAt")
                SELECT p."Id",COALESCE(j."ModelSha256",''),p."Instruction",p."Seed",COALESCE(j."FinishedAt",p."CreatedAt")
                FROM "Projects" p LEFT JOIN "RankJobs" j
                    ON j."Id"=(SELECT MAX(d."Id") FROM "RankJobs" d WHERE d."ProjectId"=p."Id" AND d."State"=2)
                WHERE EXISTS(SELECT 1 FROM "Items" i WHERE i."ProjectId"=p."Id" AND i."DrawRank" IS NOT NULL)
                """);
            migrationBuilder.Sql("""
                INSERT INTO "DrawItems" ("DrawId","Place","ItemId","Reason")
                SELECT d."Id",ROW_NUMBER() OVER (PARTITION BY d."Id" ORDER BY i."DrawRank",i."Id")-1,i."Id",
                    CASE WHEN i."Unusable" IS NOT NULL THEN 0
                    WHEN (SELECT COUNT(*) FROM "Skips" k WHERE k."ItemId"=i."Id")>=
                        (SELECT CASE WHEN COUNT(*)<2 THEN 1 ELSE 2 END FROM "Memberships" m
                            WHERE m."ProjectId"=p."Id" AND (m."Role"=1 OR m."Sequence">0))
                        AND NOT EXISTS(SELECT 1 FROM "Answers" a WHERE a."ItemId"=i."Id" AND a."Current" AND NOT a."Surplus") THEN 1 END
                FROM "Items" i JOIN "Projects" p ON p."Id"=i."ProjectId" JOIN "Draws" d ON d."ProjectId"=p."Id"
                WHERE i."DrawRank" IS NOT NULL AND i."ImportId"<=p."VisibleImport"
                """);
            migrationBuilder.Sql("""
                UPDATE "Projects" SET "DrawId"=(SELECT d."Id" FROM "Draws" d WHERE d."ProjectId"="Projects"."Id")
                """);
            migrationBuilder.Sql("""
                INSERT INTO "Claims" ("ItemId","UserId","Queue","At")
                SELECT "ItemId","UserId",MIN("Queue"),MIN("At") FROM (
                    SELECT "ItemId","UserId","Stratum" AS "Queue","CreatedAt" AS "At" FROM "Answers" WHERE "Stratum"<>3
                    UNION ALL SELECT "ItemId","UserId",COALESCE("Queue",1),"LeaseUntil" FROM "Slots"
                        WHERE "UserId" IS NOT NULL AND "AnswerId" IS NULL
                    UNION ALL SELECT "ItemId","UserId",1,"CreatedAt" FROM "Skips") GROUP BY "ItemId","UserId"
                """);
        }
    }
}
