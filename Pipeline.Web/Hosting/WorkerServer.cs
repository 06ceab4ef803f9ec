using Microsoft.Extensions.Logging.Console;
using Pipeline.Data;
using Pipeline.Jobs;

namespace Pipeline.Web.Hosting;

/// <summary>A process that only runs jobs: no pages, no ports.</summary>
internal static class WorkerServer
{
    public static IHost Build(ServerSettings settings, PipelineStorage storage) =>
        Build(settings, storage, builder => builder.AddPipelineLogging());

    /// <summary>For commands that show progress themselves: log lines go to the database, and only errors to the terminal.</summary>
    public static IHost BuildQuiet(ServerSettings settings, PipelineStorage storage) => Build(settings, storage, builder =>
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).AddFilter<ConsoleLoggerProvider>(null, LogLevel.Error);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    });

    private static IHost Build(ServerSettings settings, PipelineStorage storage, Action<HostApplicationBuilder> logging)
    {
        HostApplicationBuilder builder =
            Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddPipelineSettings(settings);
        logging(builder);
        builder.Services.AddPipelineData(storage).AddPipelineJobs().AddPipelineWorker();
        return builder.Build();
    }
}
