using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Data;

namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// Hangfire bound to one host. Its own registration keeps storage and activator in process-wide statics, so that a second
/// host in the process (or one after a disposed one) would work on the wrong database.
/// </summary>
internal static class HangfireSetup
{
    public static void AddHostBoundHangfire(this IServiceCollection services)
    {
        services.AddHangfire(_ => { });
        // Later registrations win over Hangfire's static ones.
        services.AddSingleton<IGlobalConfiguration>(provider => GlobalConfiguration.Configuration
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseLogProvider(new QueueLogProvider(provider.GetRequiredService<ILoggerFactory>())));
        services.AddSingleton<JobStorage>(provider => QueueStorage.Open(provider.GetRequiredService<PipelineStorage>().ConnectionString));
        services.AddSingleton<IJobFilterProvider>(provider => new JobFilterProviderCollection(
            JobFilterProviders.Providers,
            new JobFilterCollection { { new JobTrail(provider.GetRequiredService<IOptions<RetentionOptions>>(),
            provider.GetRequiredService<ILogger<JobTrail>>()), JobTrail.Order } }));
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
    }
}
