namespace Pipeline.Tests.Web;

/// <summary>One server with a tiny vision-language model for all tests of a class. Ask for it with <c>IClassFixture</c>.</summary>
public class ImageServer(PostgresServer postgres) : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new(postgres);

    public static string ModelFolder { get; } = Path.Combine(GoldenFiles.Root, "qwen2vl-tiny");

    internal TestWebServer Server { get; private set; } = null!;

    protected virtual string? Token => null;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        Server = await TestWebServer.StartAsync(_database, token: Token, settings:
            [("Serving:VisionModel", ModelFolder), ("Serving:Device", "cpu"), ("Serving:ImageAnswerTokens", "6"),
                ("Uploads:MaxImageBytes", "100000")]);
        await Eventually.TrueAsync(async () =>
        {
            using HttpResponseMessage health = await Server.GetAsync("/health");
            return (await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Contains("\"model_loaded\":true");
        }, "the vision model is ready");
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
