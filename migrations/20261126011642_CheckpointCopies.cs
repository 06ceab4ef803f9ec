using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class CheckpointCopies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "checkpoint_files",
                table: "stage_items",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "checkpoint_step",
                table: "stage_items",
                type: "integer",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "checkpoint_files",
                table: "stage_items");

            migrationBuilder.DropColumn(
                name: "checkpoint_step",
                table: "stage_items");
        }
    }
}
