using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class JobsAndRankings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "ArchivedFrom",
                table: "Projects",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "RankingId",
                table: "Projects",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Jobs",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Kind = table.Column<int>(type: "INTEGER", nullable: false),
                    ProjectId = table.Column<int>(type: "INTEGER", nullable: false),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    Owner = table.Column<string>(type: "TEXT", nullable: true),
                    LeaseUntil = table.Column<long>(type: "INTEGER", nullable: false),
                    Done = table.Column<long>(type: "INTEGER", nullable: false),
                    Total = table.Column<long>(type: "INTEGER", nullable: false),
                    Speed = table.Column<double>(type: "REAL", nullable: false),
                    Payload = table.Column<string>(type: "TEXT", nullable: false),
                    Tries = table.Column<int>(type: "INTEGER", nullable: false),
                    DueAt = table.Column<long>(type: "INTEGER", nullable: false),
                    CancelRequested = table.Column<bool>(type: "INTEGER", nullable: false),
                    Error = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    StartedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    FinishedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Jobs", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Jobs_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id");
                });

            migrationBuilder.CreateTable(
                name: "Rankings",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ProjectId = table.Column<int>(type: "INTEGER", nullable: false),
                    Model = table.Column<string>(type: "TEXT", nullable: false),
                    ModelSha256 = table.Column<string>(type: "TEXT", nullable: false),
                    InputHash = table.Column<string>(type: "TEXT", nullable: false),
                    LastItemId = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Rankings", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Rankings_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id");
                });

            migrationBuilder.CreateTable(
                name: "ItemScores",
                columns: table => new
                {
                    ItemId = table.Column<long>(type: "INTEGER", nullable: false),
                    RankingId = table.Column<int>(type: "INTEGER", nullable: false),
                    Confidence = table.Column<double>(type: "REAL", nullable: true),
                    Perplexity = table.Column<double>(type: "REAL", nullable: true),
                    ModelAnswer = table.Column<string>(type: "TEXT", nullable: true),
                    NoKeptToken = table.Column<bool>(type: "INTEGER", nullable: false),
                    Unusable = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ItemScores", x => new { x.ItemId, x.RankingId });
                    table.ForeignKey(
                        name: "FK_ItemScores_Items_ItemId",
                        column: x => x.ItemId,
                        principalTable: "Items",
                        principalColumn: "Id");
                    table.ForeignKey(
                        name: "FK_ItemScores_Rankings_RankingId",
                        column: x => x.RankingId,
                        principalTable: "Rankings",
                        principalColumn: "Id");
                });

            migrationBuilder.AddColumn<int>(
                name: "JobId",
                table: "Imports",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            // a ranking's job keeps its number, those of imports follow
            migrationBuilder.Sql("""
                UPDATE "Imports" SET "JobId"=(SELECT COALESCE(MAX("Id"),0) FROM "RankJobs")+"Id";
                INSERT INTO "Jobs" ("Id","Kind","ProjectId","State","LeaseUntil","Done","Total","Speed","Payload","Tries","DueAt",
                    "CancelRequested","Error","CreatedAt","StartedAt","FinishedAt")
                SELECT "Id",1,"ProjectId","State",0,"Done","Total","ItemsPerSecond",'',0,0,"CancelRequested","Error","CreatedAt",
                    "StartedAt","FinishedAt" FROM "RankJobs"
                UNION ALL SELECT "JobId",0,"ProjectId","State",0,"BytesRead","Bytes",0,"Mapping",0,0,"CancelRequested","Error","CreatedAt",
                    NULL,"FinishedAt" FROM "Imports";
                """);
            // The scores that stand at the items are those of the project's newest ranking that ended; where none did, of one under way,
            // which goes on behind them.
            migrationBuilder.Sql("""
                INSERT INTO "Rankings" ("Id","ProjectId","Model","ModelSha256","InputHash","LastItemId")
                SELECT j."Id",j."ProjectId",j."Model",j."ModelSha256",j."InputHash",COALESCE((SELECT MAX(o."LastItemId") FROM "RankJobs" o
                    WHERE o."ProjectId"=j."ProjectId" AND o."InputHash"=j."InputHash" AND o."InputHash"<>''),j."LastItemId")
                FROM "RankJobs" j WHERE j."Id" IN (SELECT MAX("Id") FROM "RankJobs" WHERE "State"=2 GROUP BY "ProjectId")
                OR j."Id" IN (SELECT MAX("Id") FROM "RankJobs" WHERE "LastItemId">0 AND "InputHash"<>''
                    AND "ProjectId" NOT IN (SELECT "ProjectId" FROM "RankJobs" WHERE "State"=2) GROUP BY "ProjectId");
                UPDATE "Projects" SET "RankingId"=(SELECT r."Id" FROM "Rankings" r JOIN "RankJobs" j ON j."Id"=r."Id"
                    WHERE r."ProjectId"="Projects"."Id" AND j."State"=2);
                INSERT INTO "ItemScores" ("ItemId","RankingId","Confidence","Perplexity","ModelAnswer","NoKeptToken","Unusable")
                SELECT i."Id",r."Id",i."Confidence",i."Perplexity",i."ModelAnswer",i."NoKeptToken",i."Unusable"
                FROM "Items" i JOIN "Rankings" r ON r."ProjectId"=i."ProjectId"
                WHERE i."Confidence" IS NOT NULL OR i."ModelAnswer" IS NOT NULL OR i."Unusable" IS NOT NULL;
                """);

            migrationBuilder.DropTable(
                name: "RankJobs");

            migrationBuilder.DropIndex(
                name: "OneOpenImport",
                table: "Imports");

            migrationBuilder.DropColumn(
                name: "ActiveRank",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "Confidence",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "ModelAnswer",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "NoKeptToken",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "Perplexity",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "Unusable",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "BytesRead",
                table: "Imports");

            migrationBuilder.DropColumn(
                name: "CancelRequested",
                table: "Imports");

            migrationBuilder.DropColumn(
                name: "CreatedAt",
                table: "Imports");

            migrationBuilder.DropColumn(
                name: "Error",
                table: "Imports");

            migrationBuilder.DropColumn(
                name: "FinishedAt",
                table: "Imports");

            migrationBuilder.DropColumn(
                name: "Mapping",
                table: "Imports");

            migrationBuilder.CreateIndex(
                name: "IX_Imports_JobId",
                table: "Imports",
                column: "JobId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ItemScores_RankingId",
                table: "ItemScores",
                column: "RankingId");

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_ProjectId_Kind",
                table: "Jobs",
                columns: new[] { "ProjectId", "Kind" });

            migrationBuilder.CreateIndex(
                name: "OneOpenImport",
                table: "Jobs",
                column: "ProjectId",
                unique: true,
                filter: "\"Kind\"=0 AND \"State\" IN (0,1)");

            migrationBuilder.CreateIndex(
                name: "OpenJobs",
                table: "Jobs",
                column: "Kind",
                filter: "\"State\" IN (0,1)");

            migrationBuilder.CreateIndex(
                name: "IX_Rankings_ProjectId_InputHash",
                table: "Rankings",
                columns: new[] { "ProjectId", "InputHash" },
                unique: true);

            migrationBuilder.AddForeignKey(
                name: "FK_Imports_Jobs_JobId",
                table: "Imports",
                column: "JobId",
                principalTable: "Jobs",
                principalColumn: "Id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_Imports_Jobs_JobId",
                table: "Imports");

            migrationBuilder.DropTable(
                name: "ItemScores");

            migrationBuilder.DropTable(
                name: "Jobs");

            migrationBuilder.DropTable(
                name: "Rankings");

            migrationBuilder.DropIndex(
                name: "IX_Imports_JobId",
                table: "Imports");

            migrationBuilder.DropColumn(
                name: "ArchivedFrom",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "RankingId",
                table: "Projects");

            migrationBuilder.RenameColumn(
                name: "JobId",
                table: "Imports",
                newName: "State");

            migrationBuilder.AddColumn<int>(
                name: "ActiveRank",
                table: "Items",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<double>(
                name: "Confidence",
                table: "Items",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ModelAnswer",
                table: "Items",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "NoKeptToken",
                table: "Items",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<double>(
                name: "Perplexity",
                table: "Items",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Unusable",
                table: "Items",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "BytesRead",
                table: "Imports",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<bool>(
                name: "CancelRequested",
                table: "Imports",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "CreatedAt",
                table: "Imports",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "Error",
                table: "Imports",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "FinishedAt",
                table: "Imports",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Mapping",
                table: "Imports",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "RankJobs",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    CancelRequested = table.Column<bool>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Done = table.Column<int>(type: "INTEGER", nullable: false),
                    Error = table.Column<string>(type: "TEXT", nullable: true),
                    FinishedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    InputHash = table.Column<string>(type: "TEXT", nullable: false),
                    ItemsPerSecond = table.Column<double>(type: "REAL", nullable: false),
                    LastItemId = table.Column<long>(type: "INTEGER", nullable: false),
                    Model = table.Column<string>(type: "TEXT", nullable: false),
                    ModelSha256 = table.Column<string>(type: "TEXT", nullable: false),
                    ProjectId = table.Column<int>(type: "INTEGER", nullable: false),
                    StartedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    Total = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RankJobs", x => x.Id);
                    table.ForeignKey(
                        name: "FK_RankJobs_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id");
                });

            migrationBuilder.CreateIndex(
                name: "OneOpenImport",
                table: "Imports",
                column: "ProjectId",
                unique: true,
                filter: "\"State\" IN (0,1)");

            migrationBuilder.CreateIndex(
                name: "IX_RankJobs_ProjectId",
                table: "RankJobs",
                column: "ProjectId");
        }
    }
}
