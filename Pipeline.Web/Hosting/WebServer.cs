using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hangfire;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.Data;
using Pipeline.Jobs;
using Pipeline.Web.Api;
using Pipeline.Web.Api.Chat;
using Pipeline.Web.Pages;
using Pipeline.Web.Pages.Languages;
using Pipeline.Web.Security;
using Pipeline.Web.Serving;
using Prometheus;

namespace Pipeline.Web.Hosting;

/// <summary>The HTTP server: pages, APIs and dashboard, and with role <c>all</c> the jobs.</summary>
internal static class WebServer
{
    /// <exception cref="Models.InputException">A setting cannot be used; the message names it.</exception>
    public static WebApplication Build(ServerSettings settings, PipelineStorage storage)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(WebServer).Assembly.GetName().Name, // pages are found in this assembly, whichever program starts it
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.AddPipelineSettings(settings);
        builder.AddPipelineLogging();

        AccessPolicy access = AccessPolicy.Decide(settings.Listen, builder.Configuration["AUTH_TOKEN"]);
        builder.WebHost.ConfigureKestrel((context, kestrel) => Listen(kestrel, access, settings.Port, context.Configuration));
        builder.Services.AddPipelineData(storage).AddPipelineJobs();
        if (settings.Role == ServerRole.All)
            builder.Services.AddPipelineWorker();
        AddServices(builder.Services, access, storage.Folder);

        WebApplication app = builder.Build();
        UsePipeline(app);
        return app;
    }

    private static void AddServices(IServiceCollection services, AccessPolicy access, string dataFolder)
    {
        services.AddSingleton(access);
        services.AddSingleton<SessionCookie>();
        services.AddPipelineOptions<IngestOptions>("Ingest");
        services.AddSingleton<AllowedFolders>();
        services.AddVision();
        services.AddHostedService<VisionPreload>();
        services.AddSingleton<ImageAnalysisApi>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<ModelHost>();
        services.AddSingleton<ChatCompletionsApi>();
        services.AddExceptionHandler<ErrorMapping>();
        services.AddProblemDetails();
        services.AddOpenApi("v1");
        services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(dataFolder, "keys"))); // the dashboard's forms
        services.AddPageLanguages();
        services.AddRazorPages().ConfigureRazor();
        services.AddSingleton<PartialRenderer>();
        services.AddSingleton<RunFollower>();
        services.Configure<JsonOptions>(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.Converters.Add(new RunOptionsConverter());
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        });
    }

    private static void UsePipeline(WebApplication app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseExceptionHandler();
        app.UseMiddleware<BrowserGuard>();
        app.UseMiddleware<TokenAuthentication>();
        app.UseRequestLocalization();
        // People who follow a wrong address get a page; programs keep the bare status.
        app.UseWhen(context => HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Accept.ToString().Contains("text/html"),
            pages => pages.UseStatusCodePagesWithReExecute("/not-found"));
        app.UseRouting();
        app.UseHttpMetrics();

        ChatCompletionsApi.Map(app);
        ImageAnalysisApi.Map(app);
        app.MapIngest();
        app.MapRuns();
        app.MapRunEvents();
        app.MapResults();
        app.MapDatasets();
        app.MapServed();
        app.MapSchedules();
        app.MapAssets();
        app.MapPageLanguage();
        app.MapSignOut();
        app.MapMarkdown();
        app.MapRazorPages();
        app.MapRunLive();
        app.MapOpenApi();
        app.MapMetrics();
        JobDetails.Register();
        // Requests that get here have passed the token check and the browser guard; the dashboard's own rule would allow local ones only.
        app.MapHangfireDashboard("/hangfire",
            new DashboardOptions { Authorization = [], DashboardTitle = "Pipeline jobs", DisplayStorageConnectionString = false });
    }

    private static void Listen(KestrelServerOptions kestrel, AccessPolicy access, int port, IConfiguration configuration)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = (configuration.GetSection("Uploads").Get<UploadOptions>() ?? new UploadOptions()).MaxBodyBytes;
        if (access.Address is { } address)
            kestrel.Listen(address, port);
        else if (port == 0)
            kestrel.Listen(IPAddress.Loopback, port); // a free port cannot be chosen for two addresses at once
        else
            kestrel.ListenLocalhost(port);
    }
}
