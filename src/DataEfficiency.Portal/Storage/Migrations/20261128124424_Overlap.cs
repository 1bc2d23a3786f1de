using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Overlap : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "GoldShare",
                table: "Projects",
                type: "REAL",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddColumn<int>(
                name: "OverlapAnswers",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 2);

            migrationBuilder.AddColumn<double>(
                name: "OverlapShare",
                table: "Projects",
                type: "REAL",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddColumn<int>(
                name: "TestAnswers",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<int>(
                name: "Stratum",
                table: "Finals",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateIndex(
                name: "GoldItems",
                table: "Items",
                column: "ProjectId",
                filter: "\"Split\"=3");

            // an item came to its first answer as the earliest of those that people gave says; else with a file
            migrationBuilder.Sql("""
                UPDATE "Finals" SET "Stratum"=COALESCE((SELECT a."Stratum" FROM "Answers" a WHERE a."ItemId"="Finals"."ItemId"
                AND a."Current" AND NOT a."Surplus" AND a."Role"=0 ORDER BY a."Id" LIMIT 1),3)
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "GoldItems",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "GoldShare",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "OverlapAnswers",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "OverlapShare",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "TestAnswers",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "Stratum",
                table: "Finals");
        }
    }
}
