using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class MoreForeignKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // what a project that is gone had given out opens nothing, but its rows were left
            foreach (var table in new[] { "AccessTokens", "AccountLinks" })
                migrationBuilder.Sql($"""DELETE FROM "{table}" WHERE "ProjectId" NOT IN (SELECT "Id" FROM "Projects")""");
            migrationBuilder.Sql("""DELETE FROM "AccountLinks" WHERE "UserId" NOT IN (SELECT "Id" FROM "AspNetUsers")""");
            foreach (var table in new[] { "Drafts", "Remarks" })
                migrationBuilder.Sql($"""DELETE FROM "{table}" WHERE "UserId" NOT IN (SELECT "Id" FROM "AspNetUsers")""");
            migrationBuilder.Sql("""DELETE FROM "AnswerParts" WHERE "ItemId" NOT IN (SELECT "Id" FROM "Items")""");

            migrationBuilder.CreateIndex(
                name: "IX_SchemaLabels_MergedIntoId",
                table: "SchemaLabels",
                column: "MergedIntoId");

            migrationBuilder.CreateIndex(
                name: "IX_Remarks_UserId",
                table: "Remarks",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_Rankings_CheckId",
                table: "Rankings",
                column: "CheckId");

            migrationBuilder.CreateIndex(
                name: "IX_Labels_MergedIntoId",
                table: "Labels",
                column: "MergedIntoId");

            migrationBuilder.CreateIndex(
                name: "IX_Drafts_UserId",
                table: "Drafts",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_AccountLinks_ProjectId",
                table: "AccountLinks",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_AccountLinks_UserId",
                table: "AccountLinks",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_AccessTokens_ProjectId",
                table: "AccessTokens",
                column: "ProjectId");

            migrationBuilder.AddForeignKey(
                name: "FK_AccessTokens_Projects_ProjectId",
                table: "AccessTokens",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_AccountLinks_AspNetUsers_UserId",
                table: "AccountLinks",
                column: "UserId",
                principalTable: "AspNetUsers",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_AccountLinks_Projects_ProjectId",
                table: "AccountLinks",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_AnswerParts_Items_ItemId",
                table: "AnswerParts",
                column: "ItemId",
                principalTable: "Items",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Drafts_AspNetUsers_UserId",
                table: "Drafts",
                column: "UserId",
                principalTable: "AspNetUsers",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Labels_Labels_MergedIntoId",
                table: "Labels",
                column: "MergedIntoId",
                principalTable: "Labels",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Rankings_Checks_CheckId",
                table: "Rankings",
                column: "CheckId",
                principalTable: "Checks",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Remarks_AspNetUsers_UserId",
                table: "Remarks",
                column: "UserId",
                principalTable: "AspNetUsers",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_SchemaLabels_Labels_MergedIntoId",
                table: "SchemaLabels",
                column: "MergedIntoId",
                principalTable: "Labels",
                principalColumn: "Id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_AccessTokens_Projects_ProjectId",
                table: "AccessTokens");

            migrationBuilder.DropForeignKey(
                name: "FK_AccountLinks_AspNetUsers_UserId",
                table: "AccountLinks");

            migrationBuilder.DropForeignKey(
                name: "FK_AccountLinks_Projects_ProjectId",
                table: "AccountLinks");

            migrationBuilder.DropForeignKey(
                name: "FK_AnswerParts_Items_ItemId",
                table: "AnswerParts");

            migrationBuilder.DropForeignKey(
                name: "FK_Drafts_AspNetUsers_UserId",
                table: "Drafts");

            migrationBuilder.DropForeignKey(
                name: "FK_Labels_Labels_MergedIntoId",
                table: "Labels");

            migrationBuilder.DropForeignKey(
                name: "FK_Rankings_Checks_CheckId",
                table: "Rankings");

            migrationBuilder.DropForeignKey(
                name: "FK_Remarks_AspNetUsers_UserId",
                table: "Remarks");

            migrationBuilder.DropForeignKey(
                name: "FK_SchemaLabels_Labels_MergedIntoId",
                table: "SchemaLabels");

            migrationBuilder.DropIndex(
                name: "IX_SchemaLabels_MergedIntoId",
                table: "SchemaLabels");

            migrationBuilder.DropIndex(
                name: "IX_Remarks_UserId",
                table: "Remarks");

            migrationBuilder.DropIndex(
                name: "IX_Rankings_CheckId",
                table: "Rankings");

            migrationBuilder.DropIndex(
                name: "IX_Labels_MergedIntoId",
                table: "Labels");

            migrationBuilder.DropIndex(
                name: "IX_Drafts_UserId",
                table: "Drafts");

            migrationBuilder.DropIndex(
                name: "IX_AccountLinks_ProjectId",
                table: "AccountLinks");

            migrationBuilder.DropIndex(
                name: "IX_AccountLinks_UserId",
                table: "AccountLinks");

            migrationBuilder.DropIndex(
                name: "IX_AccessTokens_ProjectId",
                table: "AccessTokens");
        }
    }
}
