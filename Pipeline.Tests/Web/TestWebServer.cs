using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Pipeline.Web.Hosting;

namespace Pipeline.Tests.Web;

/// <summary>The real server on a free loopback port, over the database of a test class.</summary>
internal sealed class TestWebServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestWebServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TestWebServer> StartAsync(
        PostgresDatabase database, ServerRole role = ServerRole.Web, string? token = null, params (string Key, string Value)[] settings)
    {
        Dictionary<string, string?> overrides = settings.ToDictionary(s => s.Key, string? (s) => s.Value);
        overrides["AUTH_TOKEN"] = token;
        WebApplication app = WebServer.Build(
            new ServerSettings { Role = role, Port = 0, Listen = "127.0.0.1", DataFolder = database.Folder, Overrides = overrides },
            database.Storage);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestWebServer(app);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null,
        params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        foreach ((string name, string value) in headers)
        {
            if (name == "Host")
                request.Headers.Host = value;
            else
                request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<HttpResponseMessage> PostJsonAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, new MediaTypeHeaderValue("application/json")), headers);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
