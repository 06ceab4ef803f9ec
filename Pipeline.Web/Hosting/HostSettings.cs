using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Pipeline.Web.Hosting;

/// <summary>Where settings come from and where logs go: the same for every role.</summary>
internal static class HostSettings
{
    /// <summary>In order of rising strength: built-in defaults, <c>appsettings.json</c> in the data folder, environment, command line.</summary>
    public static void AddPipelineSettings(this IConfigurationBuilder configuration, ServerSettings settings) => configuration
        .AddJsonFile(Path.Combine(Path.GetFullPath(settings.DataFolder), "appsettings.json"), optional: true, reloadOnChange: false)
        .AddEnvironmentVariables()
        .AddInMemoryCollection(settings.Overrides);

    /// <summary>One JSON object per line; readable lines instead when a person watches.</summary>
    public static void AddPipelineLogging(this IHostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(
            (_, logger) =>
            {
                logger.MinimumLevel.Information()
                    .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                    .MinimumLevel.Override("Hangfire", LogEventLevel.Warning)
                    .ReadFrom.Configuration(builder.Configuration)
                    .Enrich.FromLogContext();
                if (Console.IsOutputRedirected)
                    logger.WriteTo.Console(new RenderedCompactJsonFormatter());
                else
                    logger.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}");
            },
            preserveStaticLogger: true,
            writeToProviders: true);
    }

    /// <summary>Binds one record to one section; unknown keys and bad values stop the start, all named together.</summary>
    public static void AddPipelineOptions<T>(this IServiceCollection services, string section)
        where T : class => services.AddOptions<T>()
            .BindConfiguration(section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations()
            .ValidateOnStart();
}
