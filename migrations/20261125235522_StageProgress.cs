using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class StageProgress : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "estimated_end",
                table: "stage_items",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "progress_done",
                table: "stage_items",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "progress_total",
                table: "stage_items",
                type: "integer",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "estimated_end",
                table: "stage_items");

            migrationBuilder.DropColumn(
                name: "progress_done",
                table: "stage_items");

            migrationBuilder.DropColumn(
                name: "progress_total",
                table: "stage_items");
        }
    }
}
