using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class CheckF1 : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "F1",
                table: "Checks",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "ZeroShotF1",
                table: "Checks",
                type: "REAL",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "F1",
                table: "Checks");

            migrationBuilder.DropColumn(
                name: "ZeroShotF1",
                table: "Checks");
        }
    }
}
