using Pipeline.Jobs.Caption;
using Pipeline.Web.Security;
using Pipeline.Web.Serving;

namespace Pipeline.Web.Hosting;

/// <summary>What a server needs to describe images for people; its jobs then share the model. Call after the jobs are registered.</summary>
internal static class VisionRegistration
{
    public static void AddVision(this IServiceCollection services)
    {
        services.AddPipelineOptions<ServingOptions>("Serving");
        services.AddPipelineOptions<UploadOptions>("Uploads");
        services.AddSingleton<GenerationQueue>();
        services.AddSingleton<ModelMemory>();
        services.AddSingleton<VisionHost>();
        services.AddSingleton<IImageDescriber>(provider => provider.GetRequiredService<VisionHost>());
    }
}
