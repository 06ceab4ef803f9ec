using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Pipeline.Data.Postgres;

internal static class ContextOptions
{
    // No retrying execution strategy: a transaction that advances work must visibly fail; its item is then claimed again.
    public static void UsePipeline(this DbContextOptionsBuilder options, NpgsqlDataSource source) =>
        options.UseNpgsql(source, npgsql => npgsql.MigrationsHistoryTable("schema_migrations")).UseSnakeCaseNamingConvention();

    public static void UsePipeline(this DbContextOptionsBuilder options, string connectionString) =>
        options.UseNpgsql(connectionString, npgsql => npgsql.MigrationsHistoryTable("schema_migrations")).UseSnakeCaseNamingConvention();
}
