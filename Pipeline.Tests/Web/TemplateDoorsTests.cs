using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Caption;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Text;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Vision;
using Pipeline.Web.Commands;

namespace Pipeline.Tests.Web;

/// <summary>
/// The doors through which a question reaches a model: the data of a training, an evaluation, the command line, HTTP and, for
/// models that see, captions. All must make the same tokens of it.
/// </summary>
[Collection(nameof(TemplateDoorsTests))]        // the chat command reads the console
public sealed class TemplateDoorsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IDisposable
{
    private const string ChatMl =
        "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n'}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
    private const string Phi3 = "{% for m in messages %}{{'<|' + m['role'] + '|>\\n' + m['content'] + '<|end|>\\n'}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}";
    private readonly TemporaryFolder _folder = new();
    private readonly string _question = $"What is pump {Guid.NewGuid():N}?";

    /// <summary>Golden model of each family, its usual template, a Jinja template that is another one, and that one's name.</summary>
    public static TheoryData<string, string, string, string> Families => new()
    {
        { "phi4-tiny", "phi4_mini", Phi3, "phi" },
        { "llama-tiny", "llama3", ChatMl, "chatml" },
        { "qwen2-tiny", "chatml", Phi3, "phi" },
        { "mistral-tiny", "mistral", ChatMl, "chatml" },
        { "qwen3-tiny", "qwen3_nothink", Phi3, "phi" },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_family_is_here()
    {
        IEnumerable<FamilySpec> here = Families.Select(row => DecoderConfig.Load(Path.Combine(GoldenFiles.Root, row.Data.Item1)).Family);
        here.ShouldBe(ModelFamilies.All.Where(family => !family.HasVision), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task All_doors_make_the_same_tokens_of_a_question(string golden, string usual, string jinja, string named)
    {
        string bare = _folder.File("bare-model"), own = _folder.File("own-model"), adapter = _folder.File("adapter");
        FamilyModels.Write(golden, bare, jinja: null);
        FamilyModels.Write(golden, own, jinja);
        HubTokenizer tokenizer = HubTokenizer.Load(bare);
        WriteDataset(_question);
        LoraTrainer.Train(Arguments(own, adapter) with { Template = "alpaca", DefaultSystem = "Be brief." }, null,
            TestContext.Current.CancellationToken);

        await using TestWebServer server = await TestWebServer.StartAsync(database, settings:
        [
            ("Serving:LanguageModels:0", bare), ("Serving:LanguageModels:1", own), ("Serving:LoadedModels", "2"),
            ("Serving:VisionModel", "/nowhere"), ("Serving:Device", "cpu"),
        ]);
        string published = await PublishAsync(server, own, adapter);
        foreach ((string model, string? with, string served, string template, string? system) in
            ((string, string?, string, string, string?)[])
                [(bare, null, "bare-model", usual, null), (own, null, "own-model", named, null),
                    (own, adapter, published, "alpaca", "Be brief.")])
        {
            int[] expected = ChatTemplate.Get(template).WithDefaultSystem(system)
                .EncodePrompt(tokenizer, [new ChatMessage("user", _question)]);
            TrainingArguments arguments = Arguments(model, _folder.File("none")) with { AdapterNameOrPath = with };
            Prompt(LoraTrainer.ReadData(arguments, model, observer: null)).ShouldBe(expected, $"training, {template}");
            string[] place = with is null
                ? ["--model", model, "--device", "cpu"] : ["--model", model, "--adapter", with, "--device", "cpu"];
            await ShouldAskAsync("evaluation", () =>
                CommandAsync(["eval", "--dataset", _folder.File("data.jsonl"), "--generations", "1", "--max-new-tokens", "1", .. place]));
            await ShouldAskAsync("generate", () => CommandAsync(["generate", "--prompt", _question, "--max-new-tokens", "1", .. place]));
            await ShouldAskAsync("chat", async () =>
            {
                TextReader console = Console.In;
                Console.SetIn(new StringReader(_question));
                await CommandAsync(["chat", "--max-new-tokens", "1", .. place]);
                Console.SetIn(console);
            });
            await ShouldAskAsync("HTTP", () => ChatAsync(server, served, JsonSerializer.SerializeToElement(_question)));

            async Task ShouldAskAsync(string door, Func<Task> ask) =>
                (await CaptureAsync(tokenizer, ask)).ShouldAllBe(prompt => prompt.SequenceEqual(expected), $"{door}, {template}");
        }
    }

    /// <summary>
    /// Of a model that sees, neither adapters nor the command line: its doors are HTTP and captions, in both kinds of process.
    /// </summary>
    [Theory]
    [InlineData(null, "qwen2_vl")]
    [InlineData(ChatMl, "chatml")]
    public async Task All_doors_of_a_model_that_sees_make_the_same_tokens_of_a_question(string? jinja, string template)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        string model = _folder.File("seeing-model");
        FamilyModels.Write("qwen2vl-tiny", model, jinja);
        byte[] image = File.ReadAllBytes(Path.Combine(GoldenFiles.Root, "qwen2vl-tiny", "images", "small.png"));
        HubTokenizer tokenizer = HubTokenizer.Load(model);
        string shown = VisionLanguageModel.ImageMarker + _question;
        int[] expected = ChatTemplate.Get(template).EncodePrompt(tokenizer,
            [ChatMessage.WithImages("user", VisionLanguageModel.ImageMarker, [null, _question])]);
        WriteDataset(shown);
        TrainingArguments marked = Arguments(model, _folder.File("none")) with { SplitSpecialTokens = false };
        Prompt(LoraTrainer.ReadData(marked, model, observer: null)).ShouldBe(expected, "training");

        await using TestWebServer server = await TestWebServer.StartAsync(database, settings:
            [("Serving:LanguageModels:0", Path.Combine(GoldenFiles.Root, "phi4-tiny")), ("Serving:VisionModel", model),
                ("Serving:Device", "cpu")]);
        object[] content =
        [
            new { type = "image_url", image_url = new { url = "data:image/png;base64," + Convert.ToBase64String(image) } },
            new { type = "text", text = _question },
        ];
        await ShouldAskAsync("HTTP", () => ChatAsync(server, "seeing-model", JsonSerializer.SerializeToElement(content)));
        ImageQuestion question = new(image, _question) { ModelFolder = model, WaitsInQueue = true, MaxNewTokens = 1 };
        await ShouldAskAsync("captions of a server", () =>
            server.Services.GetRequiredService<IImageDescriber>().DescribeAsync(question, ct));
        using LocalDescriber local = new(NullLogger<LocalDescriber>.Instance);
        await ShouldAskAsync("captions of a worker", () => local.DescribeAsync(question, ct));

        async Task ShouldAskAsync(string door, Func<Task> ask) =>
            (await CaptureAsync(tokenizer, ask)).ShouldAllBe(prompt => OneTokenPerImage(prompt, tokenizer).SequenceEqual(expected), door);
    }

    private static int[] Prompt(TrainingData data)
    {
        TokenizedExample example = data.Train[0];
        return example.InputIds[..example.Labels.TakeWhile(label => label == TokenizedExample.Ignored).Count()];
    }

    /// <summary>The prompts with the question that are asked meanwhile; other tests ask too.</summary>
    private async Task<int[][]> CaptureAsync(HubTokenizer tokenizer, Func<Task> ask)
    {
        using PromptLog log = new();
        await ask();
        int[][] prompts = [.. log.Prompts.Where(prompt => prompt.All(id => id < tokenizer.VocabSize)
            && tokenizer.Decode(prompt, skipSpecialTokens: false).Contains(_question, StringComparison.Ordinal))];
        prompts.ShouldNotBeEmpty();
        return prompts;
    }

    private static IEnumerable<int> OneTokenPerImage(int[] prompt, HubTokenizer tokenizer)
    {
        int image = tokenizer.TokenToId("<|image_pad|>")!.Value;
        return prompt.Where((id, i) => id != image || prompt[i - 1] != image);
    }

    private void WriteDataset(string question) =>
        File.WriteAllText(_folder.File("data.jsonl"),
        JsonSerializer.Serialize(new { instruction = question, input = "", output = "A pump." }) + "\n");

    private TrainingArguments Arguments(string model, string output) => new()
    {
        ModelNameOrPath = model,
        DatasetDir = _folder.Path,
        Dataset = ["data.jsonl"],
        OutputDir = output,
        LoraRank = 2,
        MaxSteps = 1,
        Device = "cpu",
    };

    private static async Task CommandAsync(string[] args)
    {
        StringWriter error = new();
        (await CommandLine.RunAsync(args, new StringWriter(), error)).ShouldBe(0, error.ToString());
        error.ToString().ShouldNotContain("warning");
    }

    private static async Task ChatAsync(TestWebServer server, string model, JsonElement content)
    {
        using HttpResponseMessage response = await server.PostJsonAsync("/v1/chat/completions",
            JsonSerializer.Serialize(new { model, max_tokens = 1, messages = new[] { new { role = "user", content } } }));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>What a finished run leaves; its row names another template than the folder, which is what counts.</summary>
    private static async Task<string> PublishAsync(TestWebServer server, string model, string adapter)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        string name = "adapter-" + Guid.NewGuid().ToString("N")[..8];
        await using PipelineDbContext db = await server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(ct);
        Run run = new(name, null, "{}", DateTimeOffset.UtcNow);
        db.Add(run);
        await db.SaveChangesAsync(ct);
        Training training = new() { RunId = run.Id, CacheKey = name, BaseModel = model };
        db.Add(training);
        await db.SaveChangesAsync(ct);
        db.Add(new Adapter(name, run.Id, training.Id, model, adapter, "empty", DateTimeOffset.UtcNow));
        await db.SaveChangesAsync(ct);
        return name;
    }
}
