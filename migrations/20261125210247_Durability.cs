using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class Durability : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_stage_items_state_lease_until",
                table: "stage_items");

            migrationBuilder.DropColumn(
                name: "dispatched_at",
                table: "stage_items");

            migrationBuilder.AddColumn<int>(
                name: "priority",
                table: "stage_items",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<bool>(
                name: "suspect",
                table: "stage_items",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "transient_failures",
                table: "stage_items",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "cloned_from",
                table: "runs",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "priority",
                table: "runs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateIndex(
                name: "ix_stage_items_lease_until",
                table: "stage_items",
                column: "lease_until",
                filter: "state = 'Running'");

            migrationBuilder.CreateIndex(
                name: "ix_stage_items_stage_priority_id",
                table: "stage_items",
                columns: new[] { "stage", "priority", "id" },
                descending: new[] { false, true, false },
                filter: "state = 'Pending'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_stage_items_lease_until",
                table: "stage_items");

            migrationBuilder.DropIndex(
                name: "ix_stage_items_stage_priority_id",
                table: "stage_items");

            migrationBuilder.DropColumn(
                name: "priority",
                table: "stage_items");

            migrationBuilder.DropColumn(
                name: "suspect",
                table: "stage_items");

            migrationBuilder.DropColumn(
                name: "transient_failures",
                table: "stage_items");

            migrationBuilder.DropColumn(
                name: "cloned_from",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "priority",
                table: "runs");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "dispatched_at",
                table: "stage_items",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_stage_items_state_lease_until",
                table: "stage_items",
                columns: new[] { "state", "lease_until" });
        }
    }
}
