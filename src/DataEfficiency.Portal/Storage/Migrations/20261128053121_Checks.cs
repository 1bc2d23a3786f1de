using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Checks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "CheckTraining",
                table: "Projects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<double>(
                name: "ComputePrice",
                table: "Projects",
                type: "REAL",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Checks",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ProjectId = table.Column<int>(type: "INTEGER", nullable: false),
                    JobId = table.Column<int>(type: "INTEGER", nullable: true),
                    Kind = table.Column<int>(type: "INTEGER", nullable: false),
                    Reason = table.Column<int>(type: "INTEGER", nullable: false),
                    Step = table.Column<int>(type: "INTEGER", nullable: false),
                    Size = table.Column<int>(type: "INTEGER", nullable: true),
                    AskedBy = table.Column<string>(type: "TEXT", nullable: true),
                    SkippedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    ExpectedSeconds = table.Column<double>(type: "REAL", nullable: true),
                    ExpectedMemory = table.Column<long>(type: "INTEGER", nullable: true),
                    LabelVersion = table.Column<long>(type: "INTEGER", nullable: false),
                    LabelsSpent = table.Column<int>(type: "INTEGER", nullable: false),
                    Model = table.Column<string>(type: "TEXT", nullable: false),
                    ModelSha256 = table.Column<string>(type: "TEXT", nullable: false),
                    Recipe = table.Column<int>(type: "INTEGER", nullable: false),
                    Seed = table.Column<long>(type: "INTEGER", nullable: false),
                    Examples = table.Column<int>(type: "INTEGER", nullable: true),
                    Score = table.Column<double>(type: "REAL", nullable: true),
                    ZeroShot = table.Column<double>(type: "REAL", nullable: true),
                    Ceiling = table.Column<double>(type: "REAL", nullable: true),
                    Share = table.Column<double>(type: "REAL", nullable: true),
                    StandardError = table.Column<double>(type: "REAL", nullable: true),
                    Tested = table.Column<int>(type: "INTEGER", nullable: true),
                    LabelRanking = table.Column<double>(type: "REAL", nullable: true),
                    Rate = table.Column<double>(type: "REAL", nullable: true),
                    Steps = table.Column<int>(type: "INTEGER", nullable: true),
                    Seconds = table.Column<double>(type: "REAL", nullable: true),
                    KeptFolder = table.Column<string>(type: "TEXT", nullable: true),
                    Curve = table.Column<string>(type: "TEXT", nullable: true),
                    FailureCode = table.Column<string>(type: "TEXT", nullable: true),
                    Failure = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Checks", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Checks_Jobs_JobId",
                        column: x => x.JobId,
                        principalTable: "Jobs",
                        principalColumn: "Id");
                    table.ForeignKey(
                        name: "FK_Checks_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id");
                });

            migrationBuilder.CreateTable(
                name: "CheckPredictions",
                columns: table => new
                {
                    CheckId = table.Column<int>(type: "INTEGER", nullable: false),
                    ItemId = table.Column<long>(type: "INTEGER", nullable: false),
                    Predicted = table.Column<string>(type: "TEXT", nullable: false),
                    Right = table.Column<bool>(type: "INTEGER", nullable: false),
                    ZeroShot = table.Column<string>(type: "TEXT", nullable: false),
                    ZeroShotRight = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CheckPredictions", x => new { x.CheckId, x.ItemId });
                    table.ForeignKey(
                        name: "FK_CheckPredictions_Checks_CheckId",
                        column: x => x.CheckId,
                        principalTable: "Checks",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_CheckPredictions_Items_ItemId",
                        column: x => x.ItemId,
                        principalTable: "Items",
                        principalColumn: "Id");
                });

            migrationBuilder.CreateIndex(
                name: "IX_CheckPredictions_ItemId",
                table: "CheckPredictions",
                column: "ItemId");

            migrationBuilder.CreateIndex(
                name: "IX_Checks_JobId",
                table: "Checks",
                column: "JobId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Checks_ProjectId",
                table: "Checks",
                column: "ProjectId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "CheckPredictions");

            migrationBuilder.DropTable(
                name: "Checks");

            migrationBuilder.DropColumn(
                name: "CheckTraining",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "ComputePrice",
                table: "Projects");
        }
    }
}
