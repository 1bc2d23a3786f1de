using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DataEfficiency.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AnswerTimes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "AnsweredAt",
                table: "Skips",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<Guid>(
                name: "SubmissionId",
                table: "Skips",
                type: "TEXT",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"));

            migrationBuilder.AddColumn<long>(
                name: "AnsweredAt",
                table: "Answers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            // which of a person's answers is the newest was told by their arrival until now
            migrationBuilder.Sql("""UPDATE "Answers" SET "AnsweredAt"="CreatedAt" """);
            migrationBuilder.Sql("""UPDATE "Skips" SET "AnsweredAt"="CreatedAt" """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "AnsweredAt",
                table: "Skips");

            migrationBuilder.DropColumn(
                name: "SubmissionId",
                table: "Skips");

            migrationBuilder.DropColumn(
                name: "AnsweredAt",
                table: "Answers");
        }
    }
}
