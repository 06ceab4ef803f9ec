using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Serilog;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;

namespace Pipeline.Web.Hosting;

/// <summary>Where settings come from and where logs go: the same for every role.</summary>
internal static class HostSettings
{
    private static readonly (string Category, LogLevel Level)[] Quiet =
    [
        ("Microsoft", LogLevel.Warning),
        ("Microsoft.AspNetCore.DataProtection", LogLevel.Error), // warns at every start that its keys are stored in plain files
        ("Microsoft.AspNetCore.Diagnostics", LogLevel.Critical), // ErrorMapping logs what matters
        ("System", LogLevel.Warning),
        ("Hangfire", LogLevel.Warning),
    ];

    /// <summary>By increasing precedence: defaults, <c>appsettings.json</c> in the data folder, environment, command line.</summary>
    public static void AddPipelineSettings(this IConfigurationBuilder configuration, ServerSettings settings) => configuration
        .AddJsonFile(Path.Combine(Path.GetFullPath(settings.DataFolder), "appsettings.json"), optional: true, reloadOnChange: false)
        .AddEnvironmentVariables()
        .AddInMemoryCollection(settings.Overrides);

    /// <summary>The settings as they are before the host is built.</summary>
    public static IConfigurationRoot Read(ServerSettings settings)
    {
        ConfigurationBuilder configuration = new();
        configuration.AddPipelineSettings(settings);
        return configuration.Build();
    }

    /// <summary>
    /// Where state lives: the server of <c>ConnectionStrings:Pipeline</c> or a private one, and artifacts in the store of the section
    /// <c>Artifacts</c> or in the data folder.
    /// </summary>
    /// <exception cref="ArtifactSettingsException">A setting of the artifact store cannot be used.</exception>
    public static DataOptions StorageOf(ServerSettings settings)
    {
        IConfigurationRoot read = Read(settings);
        return new DataOptions
        {
            Folder = settings.DataFolder,
            ConnectionString = read.GetConnectionString("Pipeline"),
            Artifacts = ArtifactOptions.Read(read)
        };
    }

    /// <summary>
    /// One JSON object per line on the console; readable lines on a terminal. Serilog is one provider among others:
    /// as the logger factory it would hide the scopes, and with them run and item, from the log rows in Postgres.
    /// </summary>
    public static void AddPipelineLogging(this IHostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        foreach ((string category, LogLevel level) in Quiet)
            builder.Logging.AddFilter(category, level);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));

        // As a provider Serilog ignores those filters, so it gets the same ones.
        LoggerConfiguration console = new LoggerConfiguration().MinimumLevel.Information().Enrich.FromLogContext();
        foreach ((string category, LogLevel level) in Quiet)
            console.MinimumLevel.Override(category, LevelConvert.ToSerilogLevel(level));
        console.ReadFrom.Configuration(builder.Configuration);
        if (Console.IsOutputRedirected)
            console.WriteTo.Console(new RenderedCompactJsonFormatter());
        else
            console.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}");
        builder.Logging.AddSerilog(console.CreateLogger(), dispose: true);
    }

    /// <summary>Binds one record to one section; unknown keys and bad values prevent the start and are reported together.</summary>
    public static void AddPipelineOptions<T>(this IServiceCollection services, string section)
        where T : class => services.AddOptions<T>()
            .BindConfiguration(section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations()
            .ValidateOnStart();
}
