using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.Postgres;
using Pipeline.Data.Stages;

namespace Pipeline.Data;

/// <summary>Registers what this project offers.</summary>
public static class DataRegistration
{
    /// <summary>Database context (scoped and as a factory), artifact store, claims and the log sink over an opened storage.</summary>
    public static IServiceCollection AddPipelineData(this IServiceCollection services, PipelineStorage storage)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(storage);
        services.AddSingleton(storage.Artifacts);
        services.AddSingleton(_ => NpgsqlDataSource.Create(Connections.WithPreparedStatements(storage.ConnectionString)));
        services.AddPooledDbContextFactory<PipelineDbContext>((provider, options) =>
            options.UsePipeline(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddOptions<LeaseOptions>().BindConfiguration("Leases", b => b.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddOptions<RetentionOptions>().BindConfiguration("Retention", b => b.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DatabaseSignals>();
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton(provider => new StageGraph(provider.GetServices<StageDefinition>()));
        services.AddSingleton<ItemClaims>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<Housekeeping>();
        services.AddSingleton<StalledItems>();
        services.AddSingleton(new WorkerName());
        services.AddSingleton<ILoggerProvider>(provider =>
            new PostgresLogSink(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<WorkerName>()));
        return services;
    }
}
