using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class TestSets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Slots_ProjectId_ActiveRank_ItemId_SlotNo",
                table: "Slots");

            migrationBuilder.DropIndex(
                name: "IX_Slots_ProjectId_RandomRank_ItemId_SlotNo",
                table: "Slots");

            migrationBuilder.AddColumn<int>(
                name: "Split",
                table: "Slots",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<bool>(
                name: "GoldIsTest",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "TestSize",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 200);

            migrationBuilder.AddColumn<int>(
                name: "ValidationSize",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 100);

            migrationBuilder.CreateIndex(
                name: "IX_Slots_ProjectId_ActiveRank_ItemId_SlotNo",
                table: "Slots",
                columns: new[] { "ProjectId", "ActiveRank", "ItemId", "SlotNo" },
                filter: "\"AnswerId\" IS NULL AND \"UserId\" IS NULL AND \"Split\"=0");

            migrationBuilder.CreateIndex(
                name: "IX_Slots_ProjectId_RandomRank_ItemId_SlotNo",
                table: "Slots",
                columns: new[] { "ProjectId", "RandomRank", "ItemId", "SlotNo" },
                filter: "\"AnswerId\" IS NULL AND \"UserId\" IS NULL AND \"Split\"=0");

            migrationBuilder.CreateIndex(
                name: "OpenTestSlots",
                table: "Slots",
                columns: new[] { "ProjectId", "RandomRank", "ItemId" },
                filter: "\"AnswerId\" IS NULL AND \"Split\">0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Slots_ProjectId_ActiveRank_ItemId_SlotNo",
                table: "Slots");

            migrationBuilder.DropIndex(
                name: "IX_Slots_ProjectId_RandomRank_ItemId_SlotNo",
                table: "Slots");

            migrationBuilder.DropIndex(
                name: "OpenTestSlots",
                table: "Slots");

            migrationBuilder.DropColumn(
                name: "Split",
                table: "Slots");

            migrationBuilder.DropColumn(
                name: "GoldIsTest",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "TestSize",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "ValidationSize",
                table: "Projects");

            migrationBuilder.CreateIndex(
                name: "IX_Slots_ProjectId_ActiveRank_ItemId_SlotNo",
                table: "Slots",
                columns: new[] { "ProjectId", "ActiveRank", "ItemId", "SlotNo" },
                filter: "\"AnswerId\" IS NULL AND \"UserId\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Slots_ProjectId_RandomRank_ItemId_SlotNo",
                table: "Slots",
                columns: new[] { "ProjectId", "RandomRank", "ItemId", "SlotNo" },
                filter: "\"AnswerId\" IS NULL AND \"UserId\" IS NULL");
        }
    }
}
