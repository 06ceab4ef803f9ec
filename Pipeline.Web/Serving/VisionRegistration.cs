using Pipeline.Jobs.Caption;
using Pipeline.Web.Hosting;
using Pipeline.Web.Security;

namespace Pipeline.Web.Serving;

/// <summary>What both kinds of process need to describe images: servers for the image API, workers for captions.</summary>
internal static class VisionRegistration
{
    public static void AddVision(this IServiceCollection services)
    {
        services.AddPipelineOptions<ServingOptions>("Serving");
        services.AddPipelineOptions<UploadOptions>("Uploads");
        services.AddSingleton<GenerationQueue>();
        services.AddSingleton<VisionHost>();
        services.AddSingleton<IImageDescriber>(provider => provider.GetRequiredService<VisionHost>());
    }
}
