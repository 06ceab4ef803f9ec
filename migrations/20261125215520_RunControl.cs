using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class RunControl : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_trainings_run_id",
                table: "trainings");

            migrationBuilder.DropIndex(
                name: "ix_evaluations_run_id",
                table: "evaluations");

            migrationBuilder.DropIndex(
                name: "ix_adapters_run_id",
                table: "adapters");

            migrationBuilder.AddColumn<string>(
                name: "last_input_key",
                table: "schedules",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "last_skip_reason",
                table: "schedules",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_skipped_at",
                table: "schedules",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_trainings_run_id_cache_key",
                table: "trainings",
                columns: new[] { "run_id", "cache_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_evaluations_run_id_cache_key",
                table: "evaluations",
                columns: new[] { "run_id", "cache_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_adapters_run_id_training_id",
                table: "adapters",
                columns: new[] { "run_id", "training_id" },
                unique: true);

            // A run's settings are what it was started with, whoever writes to the table.
            migrationBuilder.Sql("""
                CREATE OR REPLACE FUNCTION pipeline_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
                BEGIN
                    RAISE EXCEPTION 'the configuration of run % never changes; clone the run to change it', OLD.id;
                END $body$;
                CREATE TRIGGER runs_configuration_is_final BEFORE UPDATE OF configuration ON runs
                    FOR EACH ROW WHEN (OLD.configuration IS DISTINCT FROM NEW.configuration) EXECUTE FUNCTION pipeline_refuse_change();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER runs_configuration_is_final ON runs; DROP FUNCTION pipeline_refuse_change();");

            migrationBuilder.DropIndex(
                name: "ix_trainings_run_id_cache_key",
                table: "trainings");

            migrationBuilder.DropIndex(
                name: "ix_evaluations_run_id_cache_key",
                table: "evaluations");

            migrationBuilder.DropIndex(
                name: "ix_adapters_run_id_training_id",
                table: "adapters");

            migrationBuilder.DropColumn(
                name: "last_input_key",
                table: "schedules");

            migrationBuilder.DropColumn(
                name: "last_skip_reason",
                table: "schedules");

            migrationBuilder.DropColumn(
                name: "last_skipped_at",
                table: "schedules");

            migrationBuilder.CreateIndex(
                name: "ix_trainings_run_id",
                table: "trainings",
                column: "run_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_evaluations_run_id",
                table: "evaluations",
                column: "run_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_adapters_run_id",
                table: "adapters",
                column: "run_id",
                unique: true);
        }
    }
}
