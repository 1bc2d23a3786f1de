using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class TextPartsAndRightAnswers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Parts",
                table: "Items",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "RightAnswers",
                table: "Items",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Parts",
                table: "Items");

            migrationBuilder.DropColumn(
                name: "RightAnswers",
                table: "Items");
        }
    }
}
