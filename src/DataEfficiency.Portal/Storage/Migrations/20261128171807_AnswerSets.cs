using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AnswerSets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Again",
                table: "Slots",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "AskedAgainFrom",
                table: "SchemaLabels",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "AskedAgainFrom",
                table: "Labels",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "Outgrown",
                table: "Answers",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateIndex(
                name: "OutgrownSlots",
                table: "Slots",
                columns: new[] { "ProjectId", "RandomRank", "ItemId" },
                filter: "\"AnswerId\" IS NULL AND \"Again\" IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "OutgrownSlots",
                table: "Slots");

            migrationBuilder.DropColumn(
                name: "Again",
                table: "Slots");

            migrationBuilder.DropColumn(
                name: "AskedAgainFrom",
                table: "SchemaLabels");

            migrationBuilder.DropColumn(
                name: "AskedAgainFrom",
                table: "Labels");

            migrationBuilder.DropColumn(
                name: "Outgrown",
                table: "Answers");
        }
    }
}
