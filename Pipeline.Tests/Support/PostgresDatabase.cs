using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Stages;
using Pipeline.Jobs;

namespace Pipeline.Tests;

/// <summary>A database and a data folder of its own for one test class. Ask for it with <c>IClassFixture</c>.</summary>
public sealed class PostgresDatabase(PostgresServer server) : IAsyncLifetime
{
    private readonly string _name = "test_" + Guid.NewGuid().ToString("N")[..12];

    public PostgresServer Server => server;
    public string ConnectionString { get; private set; } = "";
    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "pipeline-data-" + Guid.NewGuid().ToString("N")[..12]);
    public PipelineStorage Storage { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await server.CreateDatabaseAsync(_name);
        Storage = await PipelineStorage.OpenAsync(new DataOptions { Folder = Folder, ConnectionString = ConnectionString });
    }

    /// <summary>The data layer as the product registers it. Dispose the provider.</summary>
    public ServiceProvider Services(Action<IServiceCollection>? more = null, params (string Key, string Value)[] settings) =>
        Services(Storage, more, settings);

    /// <summary>The same over a storage of the test's own: another data folder or artifact store.</summary>
    public static ServiceProvider Services(PipelineStorage storage, Action<IServiceCollection>? more = null,
        params (string Key, string Value)[] settings)
    {
        ServiceCollection services = new();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build());
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Information));
        services.AddPipelineData(storage);
        more?.Invoke(services);
        if (!services.Any(s => s.ServiceType == typeof(StageDefinition))) services.AddStages();
        return services.BuildServiceProvider();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (Storage is not null) await Storage.DisposeAsync();
        await server.DropDatabaseAsync(_name);
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
