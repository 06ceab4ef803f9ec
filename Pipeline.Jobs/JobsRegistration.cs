using Hangfire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Behaviors;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Dataset.Languages;
using Pipeline.Jobs.Dataset.Phrasing;
using Pipeline.Jobs.Dataset.Writing;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Jobs.Schedules;
using Pipeline.Jobs.Train;
using Pipeline.Jobs.Train.Engines;

namespace Pipeline.Jobs;

/// <summary>Registers the services of this project.</summary>
public static class JobsRegistration
{
    /// <summary>Requests, their handlers and the queue's client. Call after <see cref="DataRegistration.AddPipelineData"/>.</summary>
    public static IServiceCollection AddPipelineJobs(this IServiceCollection services)
    {
        services.AddMediator(options =>
        {
            options.ServiceLifetime = ServiceLifetime.Singleton;        // handlers keep no state and make their own contexts
            options.PipelineBehaviors = [typeof(TracingBehavior<,>), typeof(ValidationBehavior<,>)];
        });
        services.AddHostBoundHangfire();
        services.AddSingleton<DocumentExtractor>();
        services.TryAddSingleton<IDocumentReader, DocumentReader>();
        services.TryAddSingleton<IImageDescriber, LocalDescriber>();        // a server with an image API registers its own
        services.AddSingleton<LanguageDetector>();
        services.AddOptions<PhrasingOptions>().BindConfiguration("Phrasings", b => b.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(provider => Phrasebook.Load(provider.GetRequiredService<IOptions<PhrasingOptions>>().Value.Folder));
        services.TryAddSingleton<IDatasetRules, DatasetRules>();
        services.AddSingleton<RunDocumentSources>();
        services.TryAddSingleton<ICallStore, PostgresCallStore>();
        services.AddSingleton<EndpointChatClients>();
        services.AddSingleton<BaseModelWriter>();
        services.AddSingleton<ChunkModels>();
        services.AddSingleton<RowModels>();
        services.AddRunOptionsChecks();
        services.AddSingleton<IRunOptionsCheck, ServedNameCheck>();
        services.TryAddSingleton<IAdapterComparison, LoraComparison>();
        services.AddSingleton<CurrentLoss>();
        services.AddSingleton<RecentDocuments>();
        services.AddSingleton<AdapterPromoter>();
        services.AddSingleton<RecurringSchedules>();
        services.AddSingleton<StageQueue>();
        services.AddSingleton<StageRunner>();
        services.AddStages();
        services.AddSingleton<StageWork>();
        services.AddSingleton<StageWords>();
        services.AddSingleton<DocumentGate>();
        services.AddSingleton<TorchDevice>();
        services.AddSingleton<ItemQueue>();
        services.AddSingleton(p =>
            new StageDelivery(p.GetRequiredService<StageWork>(), p.GetRequiredService<StageGraph>(), p.GetRequiredService<ItemClaims>(),
            p.GetRequiredService<StageQueue>(), p.GetRequiredService<ItemQueue>(), p.GetRequiredService<DocumentGate>(),
            p.GetRequiredService<TorchDevice>(),
            p.GetRequiredService<ILogger<StageDelivery>>()));
        return services;
    }

    /// <summary>Checks of run options that need no database.</summary>
    internal static IServiceCollection AddRunOptionsChecks(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IAdapterTraining, LoraTraining>();
        services.AddOptions<EngineCatalog>()
            .Configure<IConfiguration>((catalog, configuration) => catalog.Read(configuration.GetSection(EngineCatalog.Section)))
            .ValidateOnStart();
        services.AddSingleton<TrainingEngines>();
        services.AddSingleton<EndpointCatalog>();
        services.AddSingleton<IRunOptionsCheck, DatasetCheck>();
        services.AddSingleton<IRunOptionsCheck, JudgeCheck>();
        services.AddSingleton<IRunOptionsCheck, ModelFolderCheck>();
        services.AddSingleton<IRunOptionsCheck>(provider => provider.GetRequiredService<TrainingEngines>());
        services.AddSingleton<RunOptionsChecks>();
        return services;
    }

    /// <summary>Makes this process a worker: queue servers, dispatcher and sweeper. Call after <see cref="AddPipelineJobs"/>.</summary>
    public static IServiceCollection AddPipelineWorker(this IServiceCollection services)
    {
        services.AddOptions<WorkerOptions>().BindConfiguration("Worker", b => b.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddHostedService<OutboxDispatcher>();
        services.AddHostedService<StalledItemSweeper>();
        services.AddHostedService<ScheduleReconciler>();
        services.AddSingleton<WorkFolders>();
        services.AddHostedService<Housekeeper>();
        services.AddHangfireServer((provider, server) =>
        {
            WorkerOptions options = provider.GetRequiredService<IOptions<WorkerOptions>>().Value;
            Configure(server, options, "cpu", options.Cpu > 0 ? options.Cpu : Environment.ProcessorCount, Queues.Control, Queues.Cpu);
        });
        services.AddHangfireServer((provider, server) =>
            // one Torch job at a time
            Configure(server, provider.GetRequiredService<IOptions<WorkerOptions>>().Value, "gpu", 1, Queues.Gpu));
        services.AddHangfireServer((provider, server) =>
        {
            WorkerOptions options = provider.GetRequiredService<IOptions<WorkerOptions>>().Value;
            Configure(server, options, "remote", options.Elsewhere ?? options.Remote, Queues.Remote);
        });
        return services;
    }

    private static void Configure(BackgroundJobServerOptions server, WorkerOptions options, string name, int workers,
        params string[] queues)
    {
        server.ServerName = $"{Environment.MachineName}:{name}";
        server.Queues = queues;
        server.WorkerCount = workers;
        server.ShutdownTimeout = TimeSpan.FromSeconds(options.ShutdownSeconds);        // time for canceled jobs to save
        server.SchedulePollingInterval = TimeSpan.FromSeconds(5);
    }
}
