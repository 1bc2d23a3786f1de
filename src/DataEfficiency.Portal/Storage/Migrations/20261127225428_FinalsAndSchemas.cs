using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class FinalsAndSchemas : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "SchemaVersion",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<string>(
                name: "Colour",
                table: "Labels",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "MergedIntoId",
                table: "Labels",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "Deleted",
                table: "Items",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "Split",
                table: "Items",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "Role",
                table: "Answers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "SchemaVersion",
                table: "Answers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.CreateTable(
                name: "AnswerParts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    AnswerId = table.Column<long>(type: "INTEGER", nullable: false),
                    ItemId = table.Column<long>(type: "INTEGER", nullable: false),
                    LabelId = table.Column<int>(type: "INTEGER", nullable: true),
                    Start = table.Column<int>(type: "INTEGER", nullable: true),
                    End = table.Column<int>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AnswerParts", x => x.Id);
                    table.ForeignKey(
                        name: "FK_AnswerParts_Answers_AnswerId",
                        column: x => x.AnswerId,
                        principalTable: "Answers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Finals",
                columns: table => new
                {
                    ItemId = table.Column<long>(type: "INTEGER", nullable: false),
                    ProjectId = table.Column<int>(type: "INTEGER", nullable: false),
                    By = table.Column<int>(type: "INTEGER", nullable: false),
                    AnswerId = table.Column<long>(type: "INTEGER", nullable: true),
                    LabelId = table.Column<int>(type: "INTEGER", nullable: true),
                    AnswerText = table.Column<string>(type: "TEXT", nullable: true),
                    Heard = table.Column<int>(type: "INTEGER", nullable: false),
                    SchemaVersion = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Finals", x => x.ItemId);
                });

            migrationBuilder.CreateTable(
                name: "SchemaLabels",
                columns: table => new
                {
                    SchemaId = table.Column<int>(type: "INTEGER", nullable: false),
                    LabelId = table.Column<int>(type: "INTEGER", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    AnswerText = table.Column<string>(type: "TEXT", nullable: false),
                    Order = table.Column<int>(type: "INTEGER", nullable: false),
                    Key = table.Column<string>(type: "TEXT", nullable: true),
                    Colour = table.Column<string>(type: "TEXT", nullable: true),
                    Group = table.Column<string>(type: "TEXT", nullable: true),
                    Description = table.Column<string>(type: "TEXT", nullable: true),
                    Retired = table.Column<bool>(type: "INTEGER", nullable: false),
                    MergedIntoId = table.Column<int>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SchemaLabels", x => new { x.SchemaId, x.LabelId });
                });

            migrationBuilder.CreateTable(
                name: "Schemas",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ProjectId = table.Column<int>(type: "INTEGER", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    CreatedBy = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Schemas", x => x.Id);
                });

            // 3: imported. A person's own revision of an imported answer is that person's.
            migrationBuilder.Sql("""UPDATE "Answers" SET "Role"=3 WHERE "Stratum"=3 AND "RevisesId" IS NULL""");
            // nothing has ever written two current answers of one person; if a database has them, the newest counts
            migrationBuilder.Sql("""
                UPDATE "Answers" SET "Current"=0 WHERE "Current" AND EXISTS(SELECT 1 FROM "Answers" b WHERE b."ItemId"="Answers"."ItemId"
                    AND b."UserId"="Answers"."UserId" AND b."Role"="Answers"."Role" AND b."Current" AND b."Id">"Answers"."Id")
                """);
            migrationBuilder.Sql("""
                INSERT INTO "AnswerParts" ("AnswerId","ItemId","LabelId") SELECT "Id","ItemId","LabelId" FROM "Answers" ORDER BY "Id"
                """);
            migrationBuilder.Sql("""
                INSERT INTO "Schemas" ("ProjectId","Version","CreatedBy","CreatedAt")
                    SELECT "Id",1,"CreatedBy","CreatedAt" FROM "Projects" ORDER BY "Id"
                """);
            migrationBuilder.Sql("""
                INSERT INTO "SchemaLabels" ("SchemaId","LabelId","Name","AnswerText","Order","Key","Group","Description","Retired")
                    SELECT s."Id",l."Id",l."Name",l."AnswerText",l."Order",l."Key",l."Group",l."Description",l."Retired"
                    FROM "Labels" l JOIN "Schemas" s ON s."ProjectId"=l."ProjectId"
                """);

            migrationBuilder.CreateIndex(
                name: "OneOpenImport",
                table: "Imports",
                column: "ProjectId",
                unique: true,
                filter: "\"State\" IN (0,1)");

            migrationBuilder.CreateIndex(
                name: "IX_Answers_ItemId_UserId_Role",
                table: "Answers",
                columns: new[] { "ItemId", "UserId", "Role" },
                unique: true,
                filter: "\"Current\"");

            migrationBuilder.CreateIndex(
                name: "IX_AnswerParts_AnswerId",
                table: "AnswerParts",
                column: "AnswerId");

            migrationBuilder.CreateIndex(
                name: "IX_AnswerParts_ItemId_LabelId",
                table: "AnswerParts",
                columns: new[] { "ItemId", "LabelId" });

            migrationBuilder.CreateIndex(
                name: "IX_Finals_ProjectId_LabelId",
                table: "Finals",
                columns: new[] { "ProjectId", "LabelId" });

            migrationBuilder.CreateIndex(
                name: "IX_Schemas_ProjectId_Version",
                table: "Schemas",
                columns: new[] { "ProjectId", "Version" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AnswerParts");

            migrationBuilder.DropTable(
                name: "Finals");

            migrationBuilder.DropTable(
                name: "SchemaLabels");

            migrationBuilder.DropTable(
                name: "Schemas");

            migrationBuilder.DropIndex(
                name: "OneOpenImport",
                table: "Imports");

            migrationBuilder.DropIndex(
                name: "IX_Answers_ItemId_UserId_Role",
                table: "Answers");

            migrationBuilder.DropColumn(
                name: "SchemaVersion",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "Colour",
                table: "Labels");

            migrationBuilder.DropColumn(
                name: "MergedIntoId",
                table: "Labels");

            migrationBuilder.DropColumn(
                name: "Deleted",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "Split",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "Role",
                table: "Answers");

            migrationBuilder.DropColumn(
                name: "SchemaVersion",
                table: "Answers");
        }
    }
}
