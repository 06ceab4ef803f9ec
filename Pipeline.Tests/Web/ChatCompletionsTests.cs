using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Web.Serving;

namespace Pipeline.Tests.Web;

public sealed class ChatCompletionsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly string Base = Path.Combine(GoldenFiles.Root, "phi4-tiny");

    [Fact]
    public async Task A_base_model_and_a_published_adapter_answer_by_name_and_differently()
    {
        await using TestWebServer server = await StartAsync();
        await PublishAsync(server, "specialist");
        JsonElement models = await JsonAsync(await server.GetAsync("/v1/models"));
        models.GetProperty("object").GetString().ShouldBe("list");
        models.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString())
            .Except(["downloaded", "expert", "version-1", "version-2"]).ShouldBe(["phi4-tiny", "specialist"]);
        models.GetProperty("data").EnumerateArray().Single(m => m.GetProperty("id").GetString() == "specialist").GetProperty("parent")
            .GetString().ShouldBe("phi4-tiny");

        JsonElement first = await AskAsync(server, "phi4-tiny");
        JsonElement adapted = await AskAsync(server, "specialist");
        JsonElement again = await AskAsync(server, "phi4-tiny");
        Text(again).ShouldBe(Text(first)); // the adapter was taken off again
        Text(adapted).ShouldNotBe(Text(first));

        first.GetProperty("object").GetString().ShouldBe("chat.completion");
        first.GetProperty("model").GetString().ShouldBe("phi4-tiny");
        first.GetProperty("id").GetString()!.ShouldStartWith("chatcmpl-");
        JsonElement choice = first.GetProperty("choices")[0];
        choice.GetProperty("message").GetProperty("role").GetString().ShouldBe("assistant");
        choice.GetProperty("finish_reason").GetString().ShouldBeOneOf("stop", "length");
        JsonElement usage = first.GetProperty("usage");
        usage.GetProperty("total_tokens").GetInt32()
            .ShouldBe(usage.GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("completion_tokens").GetInt32());
        usage.GetProperty("completion_tokens").GetInt32().ShouldBeInRange(1, 12);
    }

    [Fact]
    public async Task A_served_name_answers_with_the_adapter_that_serves_it_at_that_moment_and_an_answer_begun_ends_on_the_old_one()
    {
        await using TestWebServer server = await StartAsync();
        await PublishAsync(server, "version-1", "init");
        await PublishAsync(server, "version-2");
        string one = Text(await AskAsync(server, "version-1")), two = Text(await AskAsync(server, "version-2"));
        two.ShouldNotBe(one);
        (await ProblemAsync(await server.PostJsonAsync("/api/adapters/expert/rollback", "{}"), 404))
            .ShouldContain("nothing serves the name 'expert'");
        (await ProblemAsync(await server.PostJsonAsync("/api/adapters/version-9/promote", """{"as":"expert"}"""), 404))
            .ShouldContain("there is no adapter 'version-9'");
        (await ProblemAsync(await server.PostJsonAsync("/api/adapters/version-1/promote", """{"as":"Our Expert!"}"""), 400))
            .ShouldContain("as: 'Our Expert!': expected lower-case letters");
        (await ProblemAsync(await server.PostJsonAsync("/api/adapters/version-1/promote", """{"to":"expert"}"""), 400)).ShouldContain("to");

        await PromoteAsync("version-1");
        (await ProblemAsync(await server.PostJsonAsync("/api/adapters/version-1/promote", """{"as":"expert"}"""), 409))
            .ShouldBe("version-1 serves expert already");
        (await ProblemAsync(await server.SendAsync(HttpMethod.Post, "/api/adapters/expert/rollback"), 409))
            .ShouldBe("nothing served expert before version-1");
        Text(await AskAsync(server, "expert")).ShouldBe(one);

        // Found before the change, in the queue behind another answer while it happens.
        using ManualResetEventSlim running = new();
        using ManualResetEventSlim release = new();
        GenerationQueue queue = server.Services.GetRequiredService<GenerationQueue>();
        Task<int> holder = queue.RunAsync(ct =>
        {
            running.Set();
            release.Wait(TimeSpan.FromSeconds(60), ct);
            return 0;
        }, CancellationToken.None);
        running.Wait(TestContext.Current.CancellationToken);
        Task<JsonElement> begun = AskAsync(server, "expert");
        for (int i = 0; queue.Length < 2 && i < 400; i++) await Task.Delay(25, TestContext.Current.CancellationToken);
        await PromoteAsync("version-2");
        release.Set();
        await holder;
        Text(await begun).ShouldBe(one);
        Text(await AskAsync(server, "expert")).ShouldBe(two);

        (await ProblemAsync(await server.PostJsonAsync("/api/adapters/expert/rollback", """{"from":"version-1"}"""), 409))
            .ShouldBe("expert is served by version-2, not by version-1 any more");
        JsonElement back = await JsonAsync(await server.PostJsonAsync("/api/adapters/expert/rollback",
            """{"from":"version-2","reason":"it was rude"}"""));
        (back.GetProperty("decision").GetString(), back.GetProperty("adapter").GetString(), back.GetProperty("reason").GetString())
            .ShouldBe(("rolled_back", "version-1", "it was rude"));
        Text(await AskAsync(server, "expert")).ShouldBe(one);
        JsonElement served = (await JsonAsync(await server.GetAsync("/api/served"))).EnumerateArray().ShouldHaveSingleItem();
        (served.GetProperty("name").GetString(), served.GetProperty("adapter").GetString()).ShouldBe(("expert", "version-1"));
        (await JsonAsync(await server.GetAsync("/api/promotions?name=expert"))).EnumerateArray()
            .Select(p => p.GetProperty("decision").GetString()).ShouldBe(["rolled_back", "promoted", "promoted"]);
        (await JsonAsync(await server.GetAsync("/v1/models/expert"))).GetProperty("parent").GetString().ShouldBe("phi4-tiny");

        async Task PromoteAsync(string adapter)
        {
            using HttpResponseMessage response = await server.PostJsonAsync($"/api/adapters/{adapter}/promote", """{"as":"expert"}""");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_published_adapter_downloads_as_a_whole_zip()
    {
        await using TestWebServer server = await StartAsync();
        await PublishAsync(server, "downloaded");
        using HttpResponseMessage response = await server.GetAsync("/api/adapters/downloaded/download");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/zip");
        using ZipArchive zip = new(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        string folder = Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "final");
        zip.Entries.Select(e => (e.Name, e.Length))
            .ShouldBe(new DirectoryInfo(folder).GetFiles().Select(f => (f.Name, f.Length)).OrderBy(f => f.Name, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_streamed_answer_is_the_same_text_in_chunks_and_ends_with_DONE()
    {
        await using TestWebServer server = await StartAsync();
        string whole = Text(await AskAsync(server, "phi4-tiny"));
        using HttpResponseMessage response = await server.PostJsonAsync("/v1/chat/completions",
            Body("phi4-tiny", """, "stream": true, "stream_options": {"include_usage": true}"""));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        string[] events = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        events = [.. events.Where(e => !e.StartsWith(':'))];    // comments, sent where the first token takes long
        events.ShouldAllBe(e => e.StartsWith("data: "));
        events[^1].ShouldBe("data: [DONE]");
        JsonElement[] chunks = [.. events[..^1].Select(e => JsonDocument.Parse(e[6..]).RootElement)];
        chunks.ShouldAllBe(c => c.GetProperty("object").GetString() == "chat.completion.chunk");
        chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString().ShouldBe("assistant");
        string.Concat(chunks.SelectMany(c => c.GetProperty("choices").EnumerateArray())
            .Select(c => c.GetProperty("delta").TryGetProperty("content", out JsonElement text) ? text.GetString() : "")).ShouldBe(whole);
        chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBeOneOf("stop", "length");
        chunks[^1].GetProperty("choices").GetArrayLength().ShouldBe(0);
        chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_same_seed_draws_the_same_answer_and_a_stop_text_ends_it()
    {
        await using TestWebServer server = await StartAsync();
        const string Drawn = """, "temperature": 1.5, "seed": 7""";
        string first = Text(await AskAsync(server, "phi4-tiny", Drawn));
        Text(await AskAsync(server, "phi4-tiny", Drawn)).ShouldBe(first);
        Text(await AskAsync(server, "phi4-tiny", """, "temperature": 1.5, "seed": 8""")).ShouldNotBe(first);

        string stop = first[2..4];
        JsonElement stopped = await AskAsync(server, "phi4-tiny", Drawn + $""", "stop": {JsonSerializer.Serialize(stop)}""");
        Text(stopped).ShouldBe(first[..first.IndexOf(stop, StringComparison.Ordinal)]);
        stopped.GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", 400, "model: nothing given")]
    [InlineData("""{"model":"gpt-9","messages":[{"role":"user","content":"x"}]}""", 404,
        "The model 'gpt-9' does not exist; this server has phi4-tiny")]
    [InlineData("""{"model":"phi4-tiny","messages":[]}""", 400, "messages: nothing given")]
    [InlineData("""{"model":"phi4-tiny","messages":[{"role":"user","content":7}]}""", 400, "messages[0].content: found number")]
    [InlineData("""{"model":"phi4-tiny","messages":[{"role":"assistant","content":"x"}]}""", 400, "must be the user's")]
    [InlineData("""{"model":"phi4-tiny","messages":[{"role":"user","content":"x"}],"n":2}""", 400, "n: found 2")]
    [InlineData("""{"model":"phi4-tiny","messages":[{"role":"user","content":"x"}],"top_p":3}""", 400, "top_p is 3")]
    [InlineData(
        """
        {"model":"phi4-tiny","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://10.0.0.1/x.png"}}]}]}
        """, 400, "must be a data URL")]
    [InlineData(
        """
        {"model":"phi4-tiny","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}
        """, 400, "does not see images")]
    [InlineData("""{"model":""", 400, "body")]
    public async Task Bad_requests_are_answered_in_OpenAIs_shape(string body, int status, string message)
    {
        await using TestWebServer server = await StartAsync();
        using HttpResponseMessage response = await server.PostJsonAsync("/v1/chat/completions", body);
        ((int)response.StatusCode).ShouldBe(status);
        JsonElement error = (await JsonAsync(response)).GetProperty("error");
        error.GetProperty("message").GetString()!.ShouldContain(message);
        error.GetProperty("type").GetString().ShouldBe("invalid_request_error");
        error.TryGetProperty("param", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_full_queue_answers_503_at_once()
    {
        await using TestWebServer server = await StartAsync(("Serving:QueueLimit", "0"));
        using ManualResetEventSlim running = new();
        using ManualResetEventSlim release = new();
        Task<int> holder = server.Services.GetRequiredService<GenerationQueue>().RunAsync(ct =>
        {
            running.Set();
            release.Wait(TimeSpan.FromSeconds(60), ct);
            return 0;
        }, CancellationToken.None);
        running.Wait(TestContext.Current.CancellationToken);
        using HttpResponseMessage response = await server.PostJsonAsync("/v1/chat/completions", Body("phi4-tiny", """, "stream": true"""));
        release.Set();
        await holder;
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.ShouldNotBeNull();
        (await JsonAsync(response)).GetProperty("error").GetProperty("code").GetString().ShouldBe("overloaded");
    }

    [Fact]
    public async Task A_client_that_goes_away_frees_the_model()
    {
        await using TestWebServer server = await StartAsync();
        GenerationQueue queue = server.Services.GetRequiredService<GenerationQueue>();
        using (HttpResponseMessage response = await server.PostJsonAsync("/v1/chat/completions",
            Body("phi4-tiny", """, "stream": true, "temperature": 2""", maxTokens: 200)))
            response.StatusCode.ShouldBe(HttpStatusCode.OK); // disposed without reading the rest
        for (int i = 0; queue.Length > 0 && i < 200; i++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        queue.Length.ShouldBe(0);
        Text(await AskAsync(server, "phi4-tiny")).ShouldNotBeEmpty();
    }

    private Task<TestWebServer> StartAsync(params (string Key, string Value)[] settings) =>
        TestWebServer.StartAsync(database,
        settings: [("Serving:LanguageModels:0", Base), ("Serving:VisionModel", "/nowhere"), ("Serving:Device", "cpu"), .. settings]);

    /// <summary>What a finished run leaves: an adapter row and its folder.</summary>
    private static async Task PublishAsync(TestWebServer server, string name, string golden = "final")
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using PipelineDbContext db = await server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(ct);
        Run run = new(name, null, "{}", DateTimeOffset.UtcNow);
        Training training = new() { RunId = run.Id, CacheKey = name, BaseModel = Base };
        db.Add(run);
        await db.SaveChangesAsync(ct);
        db.Add(training);
        await db.SaveChangesAsync(ct);
        db.Add(new Adapter(name, run.Id, training.Id, Base, Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", golden), "phi4_mini",
            DateTimeOffset.UtcNow));
        await db.SaveChangesAsync(ct);
    }

    private static string Body(string model, string more = "", int maxTokens = 12) =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"What is a thing?"}],"max_tokens":{{maxTokens}}{{more}}}""";

    private static async Task<JsonElement> AskAsync(TestWebServer server, string model, string more = "")
    {
        using HttpResponseMessage response = await server.PostJsonAsync("/v1/chat/completions", Body(model, more));
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static string Text(JsonElement completion) =>
        completion.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

    private static async Task<string> ProblemAsync(HttpResponseMessage response, int status)
    {
        using (response)
        {
            ((int)response.StatusCode).ShouldBe(status);
            return (await JsonAsync(response)).GetProperty("detail").GetString()!;
        }
    }
}
