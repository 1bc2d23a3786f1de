using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class GoldBar : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "GoldBlocks",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<double>(
                name: "GoldLeast",
                table: "Projects",
                type: "REAL",
                nullable: false,
                defaultValue: 0.7);

            migrationBuilder.AddColumn<long>(
                name: "GoldSince",
                table: "Memberships",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "GoldBlocks",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "GoldLeast",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "GoldSince",
                table: "Memberships");
        }
    }
}
