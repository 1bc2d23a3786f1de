using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ItemList : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_Items_ProjectId_ExternalId",
                table: "Items",
                columns: new[] { "ProjectId", "ExternalId" },
                filter: "\"ExternalId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Items_ProjectId_ImportId",
                table: "Items",
                columns: new[] { "ProjectId", "ImportId" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Items_ProjectId_ExternalId",
                table: "Items");

            migrationBuilder.DropIndex(
                name: "IX_Items_ProjectId_ImportId",
                table: "Items");
        }
    }
}
