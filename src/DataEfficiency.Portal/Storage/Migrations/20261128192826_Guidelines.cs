using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Guidelines : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "GuidelineVersion",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "GuidelineSeen",
                table: "Memberships",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "Guidelines",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ProjectId = table.Column<int>(type: "INTEGER", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    Text = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedBy = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Guidelines", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Guidelines_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id");
                });

            migrationBuilder.CreateIndex(
                name: "IX_Guidelines_ProjectId_Version",
                table: "Guidelines",
                columns: new[] { "ProjectId", "Version" },
                unique: true);

            // the guideline that is there is the first version, and everybody has read it
            migrationBuilder.Sql("""
                INSERT INTO "Guidelines" ("ProjectId","Version","Text","CreatedBy","CreatedAt")
                SELECT "Id",1,"Guideline","CreatedBy","CreatedAt" FROM "Projects" WHERE "Guideline"<>''
                """);
            migrationBuilder.Sql("""UPDATE "Projects" SET "GuidelineVersion"=1 WHERE "Guideline"<>''""");
            migrationBuilder.Sql("""
                UPDATE "Memberships" SET "GuidelineSeen"=1
                WHERE EXISTS(SELECT 1 FROM "Projects" p WHERE p."Id"="ProjectId" AND p."GuidelineVersion"=1)
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Guidelines");

            migrationBuilder.DropColumn(
                name: "GuidelineVersion",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "GuidelineSeen",
                table: "Memberships");
        }
    }
}
