using Pipeline.Data;
using Pipeline.Jobs;
using Pipeline.Web.Serving;

namespace Pipeline.Web.Hosting;

/// <summary>A process that only works: no pages, no ports.</summary>
internal static class WorkerServer
{
    public static IHost Build(ServerSettings settings, PipelineStorage storage)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddPipelineSettings(settings);
        builder.AddPipelineLogging();
        builder.Services.AddPipelineData(storage).AddPipelineJobs().AddPipelineWorker();
        builder.Services.AddVision();
        return builder.Build();
    }
}
