using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class SlotProbes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Slots_ProjectId_ActiveRank_ItemId_SlotNo",
                table: "Slots");

            migrationBuilder.DropIndex(
                name: "IX_Slots_ProjectId_RandomRank_SlotNo",
                table: "Slots");

            migrationBuilder.CreateIndex(
                name: "IX_Slots_ProjectId_ActiveRank_ItemId_SlotNo",
                table: "Slots",
                columns: new[] { "ProjectId", "ActiveRank", "ItemId", "SlotNo" },
                filter: "\"AnswerId\" IS NULL AND \"UserId\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Slots_ProjectId_LeaseUntil",
                table: "Slots",
                columns: new[] { "ProjectId", "LeaseUntil" },
                filter: "\"AnswerId\" IS NULL AND \"UserId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Slots_ProjectId_RandomRank_ItemId_SlotNo",
                table: "Slots",
                columns: new[] { "ProjectId", "RandomRank", "ItemId", "SlotNo" },
                filter: "\"AnswerId\" IS NULL AND \"UserId\" IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Slots_ProjectId_ActiveRank_ItemId_SlotNo",
                table: "Slots");

            migrationBuilder.DropIndex(
                name: "IX_Slots_ProjectId_LeaseUntil",
                table: "Slots");

            migrationBuilder.DropIndex(
                name: "IX_Slots_ProjectId_RandomRank_ItemId_SlotNo",
                table: "Slots");

            migrationBuilder.CreateIndex(
                name: "IX_Slots_ProjectId_ActiveRank_ItemId_SlotNo",
                table: "Slots",
                columns: new[] { "ProjectId", "ActiveRank", "ItemId", "SlotNo" },
                filter: "\"AnswerId\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Slots_ProjectId_RandomRank_SlotNo",
                table: "Slots",
                columns: new[] { "ProjectId", "RandomRank", "SlotNo" },
                filter: "\"AnswerId\" IS NULL");
        }
    }
}
