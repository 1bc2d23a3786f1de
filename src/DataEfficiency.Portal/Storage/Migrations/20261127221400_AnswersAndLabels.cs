using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AnswersAndLabels : Migration
    {
        // Answers first: the name Labels is free for the answer set only after that. Every row stays as it is.
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameTable(name: "Labels", newName: "Answers");
            migrationBuilder.RenameColumn(name: "LabelDefinitionId", table: "Answers", newName: "LabelId");
            foreach (var columns in AnswerIndexes)
                migrationBuilder.RenameIndex(name: $"IX_Labels_{columns}", table: "Answers", newName: $"IX_Answers_{columns}");
            migrationBuilder.RenameTable(name: "LabelDefinitions", newName: "Labels");
            migrationBuilder.RenameIndex(name: "IX_LabelDefinitions_ProjectId_Order", table: "Labels", newName: "IX_Labels_ProjectId_Order");
            migrationBuilder.RenameColumn(name: "LabelId", table: "Slots", newName: "AnswerId");
        }

        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(name: "AnswerId", table: "Slots", newName: "LabelId");
            migrationBuilder.RenameIndex(name: "IX_Labels_ProjectId_Order", table: "Labels", newName: "IX_LabelDefinitions_ProjectId_Order");
            migrationBuilder.RenameTable(name: "Labels", newName: "LabelDefinitions");
            foreach (var columns in AnswerIndexes)
                migrationBuilder.RenameIndex(name: $"IX_Answers_{columns}", table: "Answers", newName: $"IX_Labels_{columns}");
            migrationBuilder.RenameColumn(name: "LabelId", table: "Answers", newName: "LabelDefinitionId");
            migrationBuilder.RenameTable(name: "Answers", newName: "Labels");
        }

        private static readonly string[] AnswerIndexes = ["ItemId_UserId", "ProjectId_Id", "ProjectId_UserId_CreatedAt", "SubmissionId"];
    }
}
