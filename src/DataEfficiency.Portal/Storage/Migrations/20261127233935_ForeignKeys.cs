using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ForeignKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "IsExternal",
                table: "AspNetUsers",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            // Rows that point nowhere were written by nobody's will and can be seen by nobody. A name that people left somewhere stays.
            migrationBuilder.Sql("""
                INSERT INTO "AspNetUsers" ("Id","DisplayName","CreatedAt","DeactivatedAt","IsExternal","EmailConfirmed",
                    "PhoneNumberConfirmed","TwoFactorEnabled","LockoutEnabled","AccessFailedCount")
                SELECT "UserId","UserId",0,0,1,0,0,0,1,0 FROM (SELECT "UserId" FROM "Answers" UNION SELECT "UserId" FROM "Skips"
                    UNION SELECT "UserId" FROM "Memberships" UNION SELECT "UserId" FROM "AccessTokens")
                WHERE "UserId" NOT IN (SELECT "Id" FROM "AspNetUsers")
                """);
            foreach (var (table, column, parent) in new[]
            {
                ("Items", "ProjectId", "Projects"), ("Labels", "ProjectId", "Projects"), ("Imports", "ProjectId", "Projects"),
                ("RankJobs", "ProjectId", "Projects"), ("Estimates", "ProjectId", "Projects"), ("Draws", "ProjectId", "Projects"),
                ("Schemas", "ProjectId", "Projects"), ("Memberships", "ProjectId", "Projects"), ("ImportIssues", "ImportId", "Imports"),
                ("DrawItems", "DrawId", "Draws"), ("DrawItems", "ItemId", "Items"), ("SchemaLabels", "SchemaId", "Schemas"),
                ("SchemaLabels", "LabelId", "Labels"), ("Answers", "ItemId", "Items"), ("AnswerParts", "AnswerId", "Answers"),
                ("Finals", "ItemId", "Items"), ("Finals", "AnswerId", "Answers"), ("Slots", "ItemId", "Items"),
                ("Skips", "ItemId", "Items"), ("Remarks", "ItemId", "Items"), ("Drafts", "ItemId", "Items"), ("Claims", "ItemId", "Items"),
            })
                migrationBuilder.Sql($"""
                    DELETE FROM "{table}" WHERE "{column}" IS NOT NULL AND "{column}" NOT IN (SELECT "Id" FROM "{parent}")
                    """);
            foreach (var (table, column, parent) in new[]
                { ("Answers", "LabelId", "Labels"), ("AnswerParts", "LabelId", "Labels"), ("Slots", "AnswerId", "Answers") })
                migrationBuilder.Sql($"""
                    UPDATE "{table}" SET "{column}"=NULL WHERE "{column}" NOT IN (SELECT "Id" FROM "{parent}")
                    """);

            migrationBuilder.CreateIndex(
                name: "IX_Slots_AnswerId",
                table: "Slots",
                column: "AnswerId");

            migrationBuilder.CreateIndex(
                name: "IX_Skips_UserId",
                table: "Skips",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_SchemaLabels_LabelId",
                table: "SchemaLabels",
                column: "LabelId");

            migrationBuilder.CreateIndex(
                name: "IX_Finals_AnswerId",
                table: "Finals",
                column: "AnswerId");

            migrationBuilder.CreateIndex(
                name: "IX_Answers_LabelId",
                table: "Answers",
                column: "LabelId");

            migrationBuilder.CreateIndex(
                name: "IX_Answers_UserId",
                table: "Answers",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_AnswerParts_LabelId",
                table: "AnswerParts",
                column: "LabelId");

            migrationBuilder.CreateIndex(
                name: "IX_AccessTokens_UserId",
                table: "AccessTokens",
                column: "UserId");

            migrationBuilder.AddForeignKey(
                name: "FK_AccessTokens_AspNetUsers_UserId",
                table: "AccessTokens",
                column: "UserId",
                principalTable: "AspNetUsers",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_AnswerParts_Labels_LabelId",
                table: "AnswerParts",
                column: "LabelId",
                principalTable: "Labels",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Answers_AspNetUsers_UserId",
                table: "Answers",
                column: "UserId",
                principalTable: "AspNetUsers",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Answers_Items_ItemId",
                table: "Answers",
                column: "ItemId",
                principalTable: "Items",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Answers_Labels_LabelId",
                table: "Answers",
                column: "LabelId",
                principalTable: "Labels",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Claims_Items_ItemId",
                table: "Claims",
                column: "ItemId",
                principalTable: "Items",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Drafts_Items_ItemId",
                table: "Drafts",
                column: "ItemId",
                principalTable: "Items",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_DrawItems_Draws_DrawId",
                table: "DrawItems",
                column: "DrawId",
                principalTable: "Draws",
                principalColumn: "Id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "FK_DrawItems_Items_ItemId",
                table: "DrawItems",
                column: "ItemId",
                principalTable: "Items",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Draws_Projects_ProjectId",
                table: "Draws",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Estimates_Projects_ProjectId",
                table: "Estimates",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Finals_Answers_AnswerId",
                table: "Finals",
                column: "AnswerId",
                principalTable: "Answers",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Finals_Items_ItemId",
                table: "Finals",
                column: "ItemId",
                principalTable: "Items",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_ImportIssues_Imports_ImportId",
                table: "ImportIssues",
                column: "ImportId",
                principalTable: "Imports",
                principalColumn: "Id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "FK_Imports_Projects_ProjectId",
                table: "Imports",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Items_Projects_ProjectId",
                table: "Items",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Labels_Projects_ProjectId",
                table: "Labels",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Memberships_AspNetUsers_UserId",
                table: "Memberships",
                column: "UserId",
                principalTable: "AspNetUsers",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Memberships_Projects_ProjectId",
                table: "Memberships",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_RankJobs_Projects_ProjectId",
                table: "RankJobs",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Remarks_Items_ItemId",
                table: "Remarks",
                column: "ItemId",
                principalTable: "Items",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_SchemaLabels_Labels_LabelId",
                table: "SchemaLabels",
                column: "LabelId",
                principalTable: "Labels",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_SchemaLabels_Schemas_SchemaId",
                table: "SchemaLabels",
                column: "SchemaId",
                principalTable: "Schemas",
                principalColumn: "Id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "FK_Schemas_Projects_ProjectId",
                table: "Schemas",
                column: "ProjectId",
                principalTable: "Projects",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Skips_AspNetUsers_UserId",
                table: "Skips",
                column: "UserId",
                principalTable: "AspNetUsers",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Skips_Items_ItemId",
                table: "Skips",
                column: "ItemId",
                principalTable: "Items",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Slots_Answers_AnswerId",
                table: "Slots",
                column: "AnswerId",
                principalTable: "Answers",
                principalColumn: "Id");

            migrationBuilder.AddForeignKey(
                name: "FK_Slots_Items_ItemId",
                table: "Slots",
                column: "ItemId",
                principalTable: "Items",
                principalColumn: "Id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_AccessTokens_AspNetUsers_UserId",
                table: "AccessTokens");

            migrationBuilder.DropForeignKey(
                name: "FK_AnswerParts_Labels_LabelId",
                table: "AnswerParts");

            migrationBuilder.DropForeignKey(
                name: "FK_Answers_AspNetUsers_UserId",
                table: "Answers");

            migrationBuilder.DropForeignKey(
                name: "FK_Answers_Items_ItemId",
                table: "Answers");

            migrationBuilder.DropForeignKey(
                name: "FK_Answers_Labels_LabelId",
                table: "Answers");

            migrationBuilder.DropForeignKey(
                name: "FK_Claims_Items_ItemId",
                table: "Claims");

            migrationBuilder.DropForeignKey(
                name: "FK_Drafts_Items_ItemId",
                table: "Drafts");

            migrationBuilder.DropForeignKey(
                name: "FK_DrawItems_Draws_DrawId",
                table: "DrawItems");

            migrationBuilder.DropForeignKey(
                name: "FK_DrawItems_Items_ItemId",
                table: "DrawItems");

            migrationBuilder.DropForeignKey(
                name: "FK_Draws_Projects_ProjectId",
                table: "Draws");

            migrationBuilder.DropForeignKey(
                name: "FK_Estimates_Projects_ProjectId",
                table: "Estimates");

            migrationBuilder.DropForeignKey(
                name: "FK_Finals_Answers_AnswerId",
                table: "Finals");

            migrationBuilder.DropForeignKey(
                name: "FK_Finals_Items_ItemId",
                table: "Finals");

            migrationBuilder.DropForeignKey(
                name: "FK_ImportIssues_Imports_ImportId",
                table: "ImportIssues");

            migrationBuilder.DropForeignKey(
                name: "FK_Imports_Projects_ProjectId",
                table: "Imports");

            migrationBuilder.DropForeignKey(
                name: "FK_Items_Projects_ProjectId",
                table: "Items");

            migrationBuilder.DropForeignKey(
                name: "FK_Labels_Projects_ProjectId",
                table: "Labels");

            migrationBuilder.DropForeignKey(
                name: "FK_Memberships_AspNetUsers_UserId",
                table: "Memberships");

            migrationBuilder.DropForeignKey(
                name: "FK_Memberships_Projects_ProjectId",
                table: "Memberships");

            migrationBuilder.DropForeignKey(
                name: "FK_RankJobs_Projects_ProjectId",
                table: "RankJobs");

            migrationBuilder.DropForeignKey(
                name: "FK_Remarks_Items_ItemId",
                table: "Remarks");

            migrationBuilder.DropForeignKey(
                name: "FK_SchemaLabels_Labels_LabelId",
                table: "SchemaLabels");

            migrationBuilder.DropForeignKey(
                name: "FK_SchemaLabels_Schemas_SchemaId",
                table: "SchemaLabels");

            migrationBuilder.DropForeignKey(
                name: "FK_Schemas_Projects_ProjectId",
                table: "Schemas");

            migrationBuilder.DropForeignKey(
                name: "FK_Skips_AspNetUsers_UserId",
                table: "Skips");

            migrationBuilder.DropForeignKey(
                name: "FK_Skips_Items_ItemId",
                table: "Skips");

            migrationBuilder.DropForeignKey(
                name: "FK_Slots_Answers_AnswerId",
                table: "Slots");

            migrationBuilder.DropForeignKey(
                name: "FK_Slots_Items_ItemId",
                table: "Slots");

            migrationBuilder.DropIndex(
                name: "IX_Slots_AnswerId",
                table: "Slots");

            migrationBuilder.DropIndex(
                name: "IX_Skips_UserId",
                table: "Skips");

            migrationBuilder.DropIndex(
                name: "IX_SchemaLabels_LabelId",
                table: "SchemaLabels");

            migrationBuilder.DropIndex(
                name: "IX_Finals_AnswerId",
                table: "Finals");

            migrationBuilder.DropIndex(
                name: "IX_Answers_LabelId",
                table: "Answers");

            migrationBuilder.DropIndex(
                name: "IX_Answers_UserId",
                table: "Answers");

            migrationBuilder.DropIndex(
                name: "IX_AnswerParts_LabelId",
                table: "AnswerParts");

            migrationBuilder.DropIndex(
                name: "IX_AccessTokens_UserId",
                table: "AccessTokens");

            migrationBuilder.DropColumn(
                name: "IsExternal",
                table: "AspNetUsers");
        }
    }
}
