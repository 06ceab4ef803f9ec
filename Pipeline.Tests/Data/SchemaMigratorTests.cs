using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Postgres;

namespace Pipeline.Tests.Data;

public sealed class SchemaMigratorTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrations_describe_the_model()
    {
        await using ServiceProvider services = database.Services();
        await using PipelineDbContext db = await services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop);
        db.Database.HasPendingModelChanges()
            .ShouldBeFalse("run: dotnet ef migrations add <Name> --project Pipeline.Data --output-dir ../migrations");
        (await db.Database.GetPendingMigrationsAsync(Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_sql_script_makes_the_same_tables_and_can_run_twice()
    {
        string script = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "migrations", "pipeline.sql"), Stop);
        string name = "script_" + Guid.NewGuid().ToString("N")[..8];
        await using NpgsqlConnection server = await OpenAsync("postgres");
        await new NpgsqlCommand($"CREATE DATABASE {name}", server).ExecuteNonQueryAsync(Stop);
        try
        {
            await using NpgsqlConnection scripted = await OpenAsync(name);
            await new NpgsqlCommand(script, scripted).ExecuteNonQueryAsync(Stop);
            await new NpgsqlCommand(script, scripted).ExecuteNonQueryAsync(Stop);
            await using NpgsqlConnection migrated = new(database.ConnectionString);
            await migrated.OpenAsync(Stop);
            (await ColumnsAsync(scripted)).ShouldBe(await ColumnsAsync(migrated));
        }
        finally
        {
            await database.Server.DropDatabaseAsync(name);
        }
    }

    [Fact]
    public async Task Processes_that_start_at_once_make_one_schema()
    {
        string name = "together_" + Guid.NewGuid().ToString("N")[..8];
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 4)
                .Select(_ => SchemaMigrator.MigrateAsync(database.Server.ConnectionString(name), Stop)));
            await using NpgsqlConnection connection = await OpenAsync(name);
            // One row per migration: none was applied twice.
            (await new NpgsqlCommand("SELECT count(*) = count(DISTINCT migration_id) AND count(*) > 0 FROM schema_migrations", connection)
                .ExecuteScalarAsync(Stop)).ShouldBe(true);
        }
        finally
        {
            await database.Server.DropDatabaseAsync(name);
        }
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        string name = "newer_" + Guid.NewGuid().ToString("N")[..8];
        string connectionString = database.Server.ConnectionString(name);
        try
        {
            await SchemaMigrator.MigrateAsync(connectionString, Stop);
            await using (NpgsqlConnection connection = await OpenAsync(name))
                await new NpgsqlCommand("INSERT INTO schema_migrations VALUES ('29990101000000_Future', '99.0.0')", connection)
                    .ExecuteNonQueryAsync(Stop);
            SchemaTooNewException refusal = await Should.ThrowAsync<SchemaTooNewException>(() =>
                SchemaMigrator.MigrateAsync(connectionString, Stop));
            refusal.Message.ShouldContain("29990101000000_Future");
            refusal.Message.ShouldContain("update the program");
        }
        finally
        {
            await database.Server.DropDatabaseAsync(name);
        }
    }

    private static async Task<string[]> ColumnsAsync(NpgsqlConnection connection)
    {
        List<string> columns = [];
        await using NpgsqlCommand command =
            new("SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = "
            + "'public' ORDER BY 1", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Stop);
        while (await reader.ReadAsync(Stop)) columns.Add(reader.GetString(0));
        return [.. columns];
    }

    private async Task<NpgsqlConnection> OpenAsync(string name)
    {
        NpgsqlConnection connection =
            new(new NpgsqlConnectionStringBuilder(database.Server.ConnectionString(name)) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Stop);
        return connection;
    }
}
