using Npgsql;
using Pipeline.Data.Postgres;

[assembly: AssemblyFixture(typeof(Pipeline.Tests.PostgresServer))]

namespace Pipeline.Tests;

/// <summary>One private Postgres cluster for the whole test run, started by the first test that needs it, removed at the end.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Template = "pipeline_template";
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "pipeline-postgres-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly SemaphoreSlim _gate = new(1);
    private PrivateCluster? _cluster;

    /// <summary>Makes a database with the present schema.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(string name)
    {
        await _gate.WaitAsync();
        try
        {
            if (_cluster is null)
            {
                _cluster = await PrivateCluster.StartAsync(_folder, durable: false);
                await SchemaMigrator.MigrateAsync(_cluster.ConnectionString(Template));
            }
            await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
            return _cluster.ConnectionString(name);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Connection string of a database that need not exist.</summary>
    public string ConnectionString(string database) => _cluster!.ConnectionString(database);

    public Task DropDatabaseAsync(string name) => ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    public async ValueTask DisposeAsync()
    {
        if (_cluster is null) return;
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection =
            new(new NpgsqlConnectionStringBuilder(_cluster!.ConnectionString("postgres")) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
