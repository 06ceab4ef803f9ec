using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Jobs.Caption;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Vision;
using Pipeline.Web.Security;
using Pipeline.Web.Serving;

namespace Pipeline.Tests.Web;

public sealed class ImageAnalysisApiTests(PostgresDatabase database, ImageServer ready) : IClassFixture<PostgresDatabase>,
    IClassFixture<ImageServer>
{
    private const string Question = "What is shown here?";
    private static readonly string Model = ImageServer.ModelFolder;

    [Fact]
    public async Task A_form_a_data_url_and_bare_base64_get_the_answer_of_the_model()
    {
        TestWebServer server = ready.Server;
        using VisionLanguageModel model = VisionLanguageModel.Load(Model, new ModelLoadOptions { Device = "cpu" });
        string expected = model.Describe(Image(), Question, new GenerationOptions { MaxNewTokens = 6 }, null,
            TestContext.Current.CancellationToken);
        string base64 = Convert.ToBase64String(Image());

        foreach (HttpResponseMessage response in (HttpResponseMessage[])[
            await server.SendAsync(HttpMethod.Post, "/analyze", Form(Image(), Question)),
            await server.PostJsonAsync("/analyze_base64",
            JsonSerializer.Serialize(new { image = "data:image/png;base64," + base64, text = Question })),
            await server.PostJsonAsync("/analyze_base64", JsonSerializer.Serialize(new { image = base64, text = Question }))])
        {
            JsonElement answer = await JsonAsync(response);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, answer.ToString());
            answer.EnumerateObject().Select(p => p.Name).ShouldBe(["success", "response", "prompt"]);
            answer.GetProperty("success").GetBoolean().ShouldBeTrue();
            answer.GetProperty("response").GetString().ShouldBe(expected);
            answer.GetProperty("prompt").GetString().ShouldBe(Question);
            response.Dispose();
        }
    }

    [Fact]
    public async Task Status_says_in_two_languages_that_the_model_is_ready_and_health_needs_no_token()
    {
        await using TestWebServer server = await StartAsync(token: "secret-token-of-this-test");
        (string Name, string Value) token = ("Authorization", "Bearer secret-token-of-this-test");
        await ReadyAsync(server, token);

        JsonElement status = await JsonAsync(await server.GetAsync("/status", token));
        status.GetRawText().ShouldBe("""{"status":"ready","message":"Modelo cargado correctamente","device":"cpu","model_loaded":true}""");
        (await JsonAsync(await server.GetAsync("/status", token, ("Accept-Language", "en-GB,es;q=0.5")))).GetProperty("message").GetString()
            .ShouldBe("The model is loaded.");
        (await JsonAsync(await server.GetAsync("/health"))).GetRawText()
            .ShouldBe("""{"status":"healthy","model_loaded":true,"device":"cpu"}""");

        using HttpResponseMessage refused = await server.SendAsync(HttpMethod.Post, "/analyze", Form(Image(), Question));
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        ShouldFail(await JsonAsync(refused), "Se requiere un token válido");
    }

    [Theory]
    [InlineData("no image", 400, "No se proporcionó ninguna imagen", "No image was given")]
    [InlineData("empty image", 400, "No se proporcionó ninguna imagen", "No image was given")]
    [InlineData("no text", 400, "No se proporcionó ningún texto", "No question was given")]
    [InlineData("blank text", 400, "No se proporcionó ningún texto", "No question was given")]
    [InlineData("damaged image", 400, "No se puede decodificar la imagen", "cannot be decoded")]
    [InlineData("a line", 400, "demasiado alargada", "one side may be at most 200 times the other")]
    [InlineData("text file", 415, "no es una imagen de un formato admitido", "no image of an accepted format")]
    [InlineData("json body", 415, "Se esperaba un formulario", "Expected a form")]
    [InlineData("large image", 413, "el límite es 100000", "the limit is 100000")]
    [InlineData("huge body", 413, "mayor de lo que acepta", "larger than this server accepts")]
    public async Task Bad_forms_are_refused_in_the_language_of_the_caller(string fault, int status, string spanish, string english)
    {
        TestWebServer server = ready.Server;
        foreach ((string language, string message) in ((string, string)[])[("es-ES", spanish), ("en", english)])
        {
            HttpContent content = fault switch
            {
                "no image" => new MultipartFormDataContent { { new StringContent(Question), "text" } },
                "empty image" => Form([], Question),
                "no text" => new MultipartFormDataContent { { new ByteArrayContent(Image("small.png")), "image", "a.png" } },
                "blank text" => Form(Image("small.png"), "  "),
                "damaged image" => Form(Image()[..60], Question),
                "a line" => Form("BM"u8.ToArray().Concat(Line()).ToArray(), Question),
                "text file" => Form("only words"u8.ToArray(), Question),
                "json body" => new StringContent("{}", new MediaTypeHeaderValue("application/json")),
                "large image" => Form(new byte[150_000], Question),
                _ => Form(new byte[2_000_000], Question),
            };
            using HttpResponseMessage response = await server.SendAsync(HttpMethod.Post, "/analyze", content,
                ("Accept-Language", language));
            ((int)response.StatusCode).ShouldBe(status, language);
            ShouldFail(await JsonAsync(response), message);
        }
    }

    [Fact]
    public async Task A_client_that_sends_all_of_a_huge_body_before_it_reads_learns_why_it_is_refused()
    {
        for (int i = 0; i < 5; i++)
        {
            using TcpClient client = new();
            await client.ConnectAsync(ready.Server.Address.Host, ready.Server.Address.Port, TestContext.Current.CancellationToken);
            await using NetworkStream stream = client.GetStream();
            byte[] body = new byte[10_000_000];
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /analyze HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: "
                + $"{body.Length}\r\n\r\n"), TestContext.Current.CancellationToken);
            await stream.WriteAsync(body, TestContext.Current.CancellationToken);
            byte[] answer = new byte[12];
            await stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
            Encoding.ASCII.GetString(answer).ShouldBe("HTTP/1.1 413");
        }
    }

    [Theory]
    [InlineData("""{"text":"x"}""", 400, "ninguna imagen")]
    [InlineData("""{"image":"","text":"x"}""", 400, "ninguna imagen")]
    [InlineData("""{"image":7,"text":"x"}""", 400, "ninguna imagen")]
    [InlineData("""{"image":"iVBORw0KGgo="}""", 400, "ningún texto")]
    [InlineData("""{"image":"%%%","text":"x"}""", 400, "no es base64 válido")]
    [InlineData("""{"image":"data:image/png;base64,AAAA","text":"x"}""", 415, "formato admitido")]
    [InlineData("""{"image":""", 400, "Se esperaba un objeto JSON")]
    [InlineData("""[]""", 400, "ninguna imagen")]
    public async Task Bad_json_is_refused(string body, int status, string message)
    {
        TestWebServer server = ready.Server;

        using HttpResponseMessage response = await server.PostJsonAsync("/analyze_base64", body);

        ((int)response.StatusCode).ShouldBe(status);
        ShouldFail(await JsonAsync(response), message);
    }

    [Fact]
    public async Task Without_a_model_folder_the_server_lives_and_says_what_is_missing()
    {
        await using TestWebServer server = await StartAsync(model: "/nowhere/qwen2-vl");
        await WaitAsync(server, "error");

        JsonElement status = await JsonAsync(await server.GetAsync("/status"));
        status.GetProperty("model_loaded").GetBoolean().ShouldBeFalse();
        status.GetProperty("message").GetString()!.ShouldContain("Serving:VisionModel");
        using HttpResponseMessage response = await server.SendAsync(HttpMethod.Post, "/analyze", Form(Image(), Question));
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ShouldFail(await JsonAsync(response), "No se pudo cargar el modelo");
        (await JsonAsync(await server.GetAsync("/health"))).GetProperty("status").GetString().ShouldBe("healthy");
    }

    [Fact]
    public async Task A_full_queue_answers_503_at_once_and_jobs_wait_their_turn()
    {
        await using TestWebServer server = await StartAsync(settings: ("Serving:QueueLimit", "0"));
        await ReadyAsync(server);
        using ManualResetEventSlim running = new();
        using ManualResetEventSlim release = new();
        Task<int> holder = server.Services.GetRequiredService<GenerationQueue>().RunAsync(ct =>
        {
            running.Set();
            release.Wait(TimeSpan.FromSeconds(60), ct);
            return 0;
        }, CancellationToken.None);
        running.Wait(TestContext.Current.CancellationToken);

        Task<string> job = server.Services.GetRequiredService<IImageDescriber>().DescribeAsync(
            new ImageQuestion(Image(), Question) { ModelFolder = Model, WaitsInQueue = true, MaxNewTokens = 3 },
            TestContext.Current.CancellationToken);
        using HttpResponseMessage response = await server.SendAsync(HttpMethod.Post, "/analyze", Form(Image(), Question));
        release.Set();
        await holder;

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.ShouldNotBeNull();
        ShouldFail(await JsonAsync(response), "El servidor está ocupado");
        (await job).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Questions_before_the_model_is_loaded_are_put_off()
    {
        IOptions<ServingOptions> serving = Options.Create(new ServingOptions { VisionModel = Model, Device = "cpu" });
        GenerationQueue queue = new(serving);
        using ModelMemory memory = new(serving, TimeProvider.System, NullLogger<ModelMemory>.Instance);
        VisionHost host = new(queue, memory, serving, Options.Create(new UploadOptions()), NullLogger<VisionHost>.Instance);
        host.Status.State.ShouldBe(VisionState.Loading);

        await Should.ThrowAsync<ModelLoadingException>(() =>
            host.DescribeAsync(new ImageQuestion(Image(), Question), TestContext.Current.CancellationToken));

        await host.PreloadAsync(TestContext.Current.CancellationToken);
        host.Status.ShouldBe(new VisionStatus(VisionState.Ready, "cpu"));
    }

    [Fact]
    public async Task The_chat_api_answers_about_images_in_data_urls()
    {
        TestWebServer server = ready.Server;
        string image = "data:image/png;base64," + Convert.ToBase64String(Image());
        string body = JsonSerializer.Serialize(new
        {
            model = "qwen2vl-tiny",
            max_tokens = 6,
            messages = new object[] { new { role = "user", content =
            new object[] { new { type = "image_url", image_url = new { url = image } }, new { type = "text", text = Question } } } },
        });

        JsonElement chat = await JsonAsync(await server.PostJsonAsync("/v1/chat/completions", body));
        JsonElement analyzed = await JsonAsync(await server.SendAsync(HttpMethod.Post, "/analyze", Form(Image(), Question)));

        chat.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!.Trim()
            .ShouldBe(analyzed.GetProperty("response").GetString());
        chat.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBeGreaterThan(30);
    }

    internal static byte[] Image(string name = "wide.png") => File.ReadAllBytes(Path.Combine(Model, "images", name));

    private Task<TestWebServer> StartAsync(string? token = null, string? model = null, params (string Key, string Value)[] settings) =>
        TestWebServer.StartAsync(database, token: token, settings:
        [("Serving:VisionModel", model ?? Model), ("Serving:Device", "cpu"), ("Serving:ImageAnswerTokens", "6"), .. settings]);

    private static Task ReadyAsync(TestWebServer server, params (string Name, string Value)[] headers) =>
        WaitAsync(server, "ready", headers);

    private static Task WaitAsync(TestWebServer server, string state, params (string Name, string Value)[] headers) => Eventually.TrueAsync(
        async () => (await JsonAsync(await server.GetAsync("/status", headers))).GetProperty("status").GetString() == state,
        $"/status becomes {state}");

    private static MultipartFormDataContent Form(byte[] image, string text) =>
        new() { { new ByteArrayContent(image), "image", "picture.png" }, { new StringContent(text), "text" } };

    /// <summary>A valid bitmap of 1 x 300 pixels, after its first two bytes.</summary>
    private static byte[] Line()
    {
        byte[] bitmap = new byte[52 + 300 * 4];
        using BinaryWriter writer = new(new MemoryStream(bitmap));
        foreach (int word in (int[])[54 + 300 * 4, 0, 54, 40, 1, 300, 24 << 16 | 1, 0, 300 * 4, 2835, 2835, 0, 0])
            writer.Write(word);
        return bitmap;
    }

    private static void ShouldFail(JsonElement answer, string message)
    {
        answer.EnumerateObject().Select(p => p.Name).ShouldBe(["success", "error"]);
        answer.GetProperty("success").GetBoolean().ShouldBeFalse();
        answer.GetProperty("error").GetString()!.ShouldContain(message);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
}
