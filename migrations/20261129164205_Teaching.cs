using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class Teaching : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "report_files",
                table: "runs",
                type: "jsonb",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.AddColumn<string>(
                name: "work_files",
                table: "runs",
                type: "jsonb",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.AddColumn<string>(
                name: "examination",
                table: "evaluations",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "verdict",
                table: "evaluations",
                type: "character varying(16)",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "verdict_reason",
                table: "evaluations",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "author",
                table: "datasets",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "funnel",
                table: "datasets",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "parent_id",
                table: "datasets",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "dataset_chunks",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    document_sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    chunk = table.Column<string>(type: "text", nullable: false),
                    facts = table.Column<string>(type: "text", nullable: true),
                    rows = table.Column<string>(type: "text", nullable: true),
                    verified = table.Column<string>(type: "text", nullable: true),
                    counts = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dataset_chunks", x => new { x.run_id, x.key });
                    table.ForeignKey(
                        name: "fk_dataset_chunks_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "dataset_decisions",
                columns: table => new
                {
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    decision = table.Column<string>(type: "text", nullable: false),
                    row = table.Column<string>(type: "text", nullable: true),
                    author = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dataset_decisions", x => new { x.dataset_id, x.hash });
                    table.ForeignKey(
                        name: "fk_dataset_decisions_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "dataset_examples",
                columns: table => new
                {
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    fact = table.Column<string>(type: "text", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    language = table.Column<string>(type: "text", nullable: false),
                    split = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    author = table.Column<string>(type: "text", nullable: false),
                    document_sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    document = table.Column<string>(type: "text", nullable: false),
                    page = table.Column<int>(type: "integer", nullable: false),
                    question = table.Column<string>(type: "text", nullable: false),
                    answer = table.Column<string>(type: "text", nullable: false),
                    row = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dataset_examples", x => new { x.dataset_id, x.ordinal });
                    table.ForeignKey(
                        name: "fk_dataset_examples_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "model_calls",
                columns: table => new
                {
                    key = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    purpose = table.Column<string>(type: "text", nullable: false),
                    reply = table.Column<string>(type: "text", nullable: false),
                    prompt_tokens = table.Column<int>(type: "integer", nullable: false),
                    reply_tokens = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_calls", x => x.key);
                });

            migrationBuilder.CreateIndex(
                name: "ix_datasets_parent_id",
                table: "datasets",
                column: "parent_id");

            migrationBuilder.CreateIndex(
                name: "ix_dataset_examples_dataset_id_document_sha256_page",
                table: "dataset_examples",
                columns: new[] { "dataset_id", "document_sha256", "page" });

            migrationBuilder.CreateIndex(
                name: "ix_dataset_examples_dataset_id_hash",
                table: "dataset_examples",
                columns: new[] { "dataset_id", "hash" });

            migrationBuilder.CreateIndex(
                name: "ix_dataset_examples_dataset_id_state_ordinal",
                table: "dataset_examples",
                columns: new[] { "dataset_id", "state", "ordinal" });

            migrationBuilder.CreateIndex(
                name: "ix_model_calls_created_at",
                table: "model_calls",
                column: "created_at");

            migrationBuilder.AddForeignKey(
                name: "fk_datasets_datasets_parent_id",
                table: "datasets",
                column: "parent_id",
                principalTable: "datasets",
                principalColumn: "id",
                onDelete: ReferentialAction.SetNull);

            // The stages between captions and the dataset are new: what held the dataset up now holds up the first of them, in runs
            // that are still on their way there.
            migrationBuilder.Sql("""
                UPDATE run_gates g SET stage = 'Clean' WHERE g.stage = 'Dataset'
                    AND NOT EXISTS (SELECT 1 FROM stage_items i WHERE i.run_id = g.run_id AND i.stage = 'Dataset');
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                UPDATE run_gates g SET stage = 'Dataset' WHERE g.stage = 'Clean'
                    AND NOT EXISTS (SELECT 1 FROM run_gates o WHERE o.run_id = g.run_id AND o.stage = 'Dataset');
                """);

            migrationBuilder.DropForeignKey(
                name: "fk_datasets_datasets_parent_id",
                table: "datasets");

            migrationBuilder.DropTable(
                name: "dataset_chunks");

            migrationBuilder.DropTable(
                name: "dataset_decisions");

            migrationBuilder.DropTable(
                name: "dataset_examples");

            migrationBuilder.DropTable(
                name: "model_calls");

            migrationBuilder.DropIndex(
                name: "ix_datasets_parent_id",
                table: "datasets");

            migrationBuilder.DropColumn(
                name: "report_files",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "work_files",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "examination",
                table: "evaluations");

            migrationBuilder.DropColumn(
                name: "verdict",
                table: "evaluations");

            migrationBuilder.DropColumn(
                name: "verdict_reason",
                table: "evaluations");

            migrationBuilder.DropColumn(
                name: "author",
                table: "datasets");

            migrationBuilder.DropColumn(
                name: "funnel",
                table: "datasets");

            migrationBuilder.DropColumn(
                name: "parent_id",
                table: "datasets");
        }
    }
}
