using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Pipeline.Data.Postgres;

/// <summary>Brings a database to the schema of this program. Only forward, one process at a time.</summary>
public static class SchemaMigrator
{
    private const long Lock = 0x5049504d_49475241;      // any constant; the same in every version

    /// <summary>Creates the database if the server lacks it, then applies the missing migrations.</summary>
    /// <exception cref="SchemaTooNewException">The database has migrations that this program does not know.</exception>
    public static async Task MigrateAsync(string connectionString, CancellationToken ct = default)
    {
        await CreateDatabaseAsync(connectionString, ct);
        await using NpgsqlDataSource source =
            NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        await using NpgsqlConnection guard = await source.OpenConnectionAsync(ct);
        await ExecuteAsync(guard, $"SELECT pg_advisory_lock({Lock})", ct);      // released with the connection

        DbContextOptionsBuilder<PipelineDbContext> options = new();
        options.UsePipeline(source);
        await using PipelineDbContext db = new(options.Options);
        string[] unknown = (await db.Database.GetAppliedMigrationsAsync(ct)).Except(db.Database.GetMigrations()).ToArray();
        if (unknown.Length > 0)
            throw new SchemaTooNewException(
                $"database {guard.Database}: its schema is newer than this program (it has {string.Join(", ", unknown)}); update the "
                + $"program or use another database");
        await db.Database.MigrateAsync(ct);
    }

    private static async Task CreateDatabaseAsync(string connectionString, CancellationToken ct)
    {
        NpgsqlConnectionStringBuilder target = new(connectionString);
        string name = target.Database ?? throw new ArgumentException("the connection string names no Database", nameof(connectionString));
        try
        {
            await using NpgsqlConnection probe =
                new(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
            await probe.OpenAsync(ct);
            return;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName) { }

        await using NpgsqlConnection server =
            new(new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await server.OpenAsync(ct);
        try
        {
            await ExecuteAsync(server, $"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", ct);
        }
        // another process was faster
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation) { }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
