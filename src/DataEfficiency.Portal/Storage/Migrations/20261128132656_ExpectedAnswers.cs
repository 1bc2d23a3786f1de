using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ExpectedAnswers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Shares",
                table: "CheckPredictions",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Shares",
                table: "CheckPredictions");
        }
    }
}
