using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class Promotion : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "current_adapter_id",
                table: "evaluations",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "current_loss",
                table: "evaluations",
                type: "double precision",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "promotions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    adapter_id = table.Column<Guid>(type: "uuid", nullable: false),
                    against_id = table.Column<Guid>(type: "uuid", nullable: true),
                    previous_id = table.Column<Guid>(type: "uuid", nullable: true),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    loss = table.Column<double>(type: "double precision", nullable: true),
                    reference_loss = table.Column<double>(type: "double precision", nullable: true),
                    margin = table.Column<double>(type: "double precision", nullable: true),
                    tokens = table.Column<long>(type: "bigint", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_promotions", x => x.id);
                    table.ForeignKey(
                        name: "fk_promotions_adapters_adapter_id",
                        column: x => x.adapter_id,
                        principalTable: "adapters",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_promotions_adapters_against_id",
                        column: x => x.against_id,
                        principalTable: "adapters",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_promotions_promotions_previous_id",
                        column: x => x.previous_id,
                        principalTable: "promotions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "served_names",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    promotion_id = table.Column<Guid>(type: "uuid", nullable: false),
                    decision_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_served_names", x => x.name);
                    table.ForeignKey(
                        name: "fk_served_names_promotions_decision_id",
                        column: x => x.decision_id,
                        principalTable: "promotions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_served_names_promotions_promotion_id",
                        column: x => x.promotion_id,
                        principalTable: "promotions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_evaluations_current_adapter_id",
                table: "evaluations",
                column: "current_adapter_id");

            migrationBuilder.CreateIndex(
                name: "ix_promotions_adapter_id",
                table: "promotions",
                column: "adapter_id");

            migrationBuilder.CreateIndex(
                name: "ix_promotions_against_id",
                table: "promotions",
                column: "against_id");

            migrationBuilder.CreateIndex(
                name: "ix_promotions_name_id",
                table: "promotions",
                columns: new[] { "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_promotions_previous_id",
                table: "promotions",
                column: "previous_id");

            migrationBuilder.CreateIndex(
                name: "ix_promotions_run_id_adapter_id",
                table: "promotions",
                columns: new[] { "run_id", "adapter_id" },
                unique: true,
                filter: "run_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_served_names_decision_id",
                table: "served_names",
                column: "decision_id");

            migrationBuilder.CreateIndex(
                name: "ix_served_names_promotion_id",
                table: "served_names",
                column: "promotion_id");

            migrationBuilder.AddForeignKey(
                name: "fk_evaluations_adapters_current_adapter_id",
                table: "evaluations",
                column: "current_adapter_id",
                principalTable: "adapters",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_evaluations_adapters_current_adapter_id",
                table: "evaluations");

            migrationBuilder.DropTable(
                name: "served_names");

            migrationBuilder.DropTable(
                name: "promotions");

            migrationBuilder.DropIndex(
                name: "ix_evaluations_current_adapter_id",
                table: "evaluations");

            migrationBuilder.DropColumn(
                name: "current_adapter_id",
                table: "evaluations");

            migrationBuilder.DropColumn(
                name: "current_loss",
                table: "evaluations");
        }
    }
}
