using System.Text.Json;
using Pipeline.Client;
using Pipeline.Tests.Web;

namespace Pipeline.Tests.Client;

/// <summary>The client against the real server with a real, tiny model.</summary>
public sealed class ImageClientTests(GuardedImageServer guarded) : IClassFixture<GuardedImageServer>
{
    private const string Token = GuardedImageServer.Secret;
    private static readonly string Image = Path.Combine(ImageServer.ModelFolder, "images", "wide.png");

    [Fact]
    public async Task Status_tells_device_and_readiness()
    {
        (int code, string output, _) = await RunAsync(guarded.Server, ["--status", "--token", Token]);

        code.ShouldBe(0);
        output.ShouldBe("status: ready\nmessage: The model is loaded.\ndevice: cpu\nmodel loaded: yes\n");
    }

    [Fact]
    public async Task One_image_gets_the_same_answer_as_a_form_and_as_base64()
    {
        (int code, string asForm, string error) = await RunAsync(guarded.Server,
            ["--image", Image, "--text", "What is shown here?", "--token", Token]);
        (_, string asBase64, _) = await RunAsync(guarded.Server,
            ["--image", Image, "--text", "What is shown here?", "--base64", "--token", Token]);

        code.ShouldBe(0, error);
        asForm.Trim().ShouldNotBeEmpty();
        asBase64.ShouldBe(asForm);
    }

    [Fact]
    public async Task A_batch_asks_every_question_about_every_image_and_goes_on_after_a_bad_one()
    {
        using TemporaryFolder folder = new();
        File.Copy(Image, folder.File("b.png"));
        File.WriteAllText(folder.File("a.jpg"), "no picture");
        File.WriteAllText(folder.File("notes.md"), "not asked about");
        File.WriteAllText(folder.File("questions.txt"), "# two of them\nWhat is shown here?\n\n¿Qué se ve?\n");

        (int code, string output, _) = await RunAsync(guarded.Server,
            ["--batch", folder.Path, "--questions", folder.File("questions.txt"), "--output", folder.File("results.json"), "--token",
            Token]);

        code.ShouldBe(1);
        output.ShouldContain("[1/4] a.jpg: failed: Image not usable");
        output.ShouldContain("[4/4] b.png: ok");
        output.ShouldContain("2 of 4 answered");
        JsonElement report = JsonDocument.Parse(File.ReadAllText(folder.File("results.json"))).RootElement;
        (report.GetProperty("total").GetInt32(), report.GetProperty("succeeded").GetInt32(), report.GetProperty("failed").GetInt32())
            .ShouldBe((4, 2, 2));
        JsonElement[] results = [.. report.GetProperty("results").EnumerateArray()];
        results.Select(r => r.GetProperty("image").GetString()).ShouldBe(["a.jpg", "a.jpg", "b.png", "b.png"]);
        results[0].GetProperty("error").GetString()!.ShouldContain("(HTTP 415)");
        results[3].GetProperty("question").GetString().ShouldBe("¿Qué se ve?");
        results[3].GetProperty("response").GetString().ShouldNotBeNull();
    }

    [Fact]
    public async Task A_conversation_goes_from_image_to_question_to_farewell()
    {
        (int code, string output, string error) = await RunAsync(guarded.Server, ["-i", "--token", Token],
            $"/nowhere.png\n{Image}\nWhat is shown here?\nsalir\nnever asked\n");

        code.ShouldBe(0, error);
        output.ShouldContain("/nowhere.png: no such file");
        output.ShouldContain("wide.png> ");
        output.ShouldNotContain("error:");
    }

    [Fact]
    public async Task A_wrong_token_ends_with_1_and_names_the_option()
    {
        (int code, _, string error) = await RunAsync(guarded.Server, ["--status", "--token", "wrong"]);

        code.ShouldBe(1);
        error.ShouldContain("A valid token is required");
        error.ShouldContain("--token or AUTH_TOKEN");
    }

    [Fact]
    public async Task No_server_ends_with_3()
    {
        (int code, _, string error) = await RunAsync(null, ["--status", "--server", "http://127.0.0.1:9"]);

        code.ShouldBe(3);
        error.ShouldStartWith("error: http://127.0.0.1:9/: no answer");
    }

    [Theory]
    [InlineData("nothing to do", "--base64")]
    [InlineData("--server: 'ftp://x' is no address", "--status", "--server", "ftp://x")]
    [InlineData("--questions needs --batch", "--image", "x.png", "--questions", "q.txt")]
    [InlineData("--batch cannot be combined", "--batch", ".", "-i")]
    [InlineData("/nowhere: no such folder", "--batch", "/nowhere")]
    [InlineData("/nowhere.png: cannot be read", "--image", "/nowhere.png")]
    [InlineData("Unrecognized", "--nonsense")]
    public async Task Bad_usage_is_named_and_ends_with_2(string message, params string[] args)
    {
        (int code, _, string error) = await RunAsync(null, args);

        code.ShouldBe(2);
        error.ShouldContain(message);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(TestWebServer? server, string[] args, string input = "")
    {
        string[] address = server is null ? [] : ["--server", server.Address.ToString()];
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await ClientCommand.RunAsync([.. address, .. args], new StringReader(input), output, error);
        return (code, output.ToString(), error.ToString());
    }
}
