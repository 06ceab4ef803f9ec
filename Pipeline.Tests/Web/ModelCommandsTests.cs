using System.Text.Json;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Text;
using Pipeline.Web.Commands;
using Pipeline.Web.Commands.Generation;

namespace Pipeline.Tests.Web;

/// <summary>The commands train, eval, generate, chat and merge, as a user meets them.</summary>
public sealed class ModelCommandsTests : IDisposable
{
    private static readonly string Base = Path.Combine(GoldenFiles.Root, "phi4-tiny");
    private static readonly string Adapter = Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "final");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Train_then_eval_generate_and_merge()
    {
        WriteDataset(12);
        (int code, string output, string error) = await RunAsync("train", Config(), "--json");
        code.ShouldBe(0, error);
        JsonElement summary = JsonDocument.Parse(LastLine(output)).RootElement;
        summary.GetProperty("steps").GetInt32().ShouldBe(4);
        summary.GetProperty("all_parameters").GetInt64().ShouldBeGreaterThan(summary.GetProperty("trainable_parameters").GetInt64());
        string adapter = summary.GetProperty("adapter_path").GetString()!;
        error.ShouldContain("4/4");
        File.ReadAllBytes(Path.Combine(adapter, "tokenizer.json")).ShouldBe(File.ReadAllBytes(Path.Combine(Base, "tokenizer.json")));

        (code, output, error) = await RunAsync("eval", "--model", Base, "--adapter", adapter, "--dataset", _folder.File("data.jsonl"),
            "--template", "alpaca", "--generations", "1", "--max-new-tokens", "4", "--out", adapter, "--device", "cpu", "--json");
        code.ShouldBe(0, error);
        JsonElement comparison = JsonDocument.Parse(LastLine(output)).RootElement;
        comparison.GetProperty("adapter_loss").GetDouble().ShouldBeLessThan(comparison.GetProperty("base_loss").GetDouble());
        comparison.GetProperty("generations").GetArrayLength().ShouldBe(1);
        File.ReadAllText(Path.Combine(adapter, "eval_results.json")).ShouldContain("base_perplexity");

        (code, output, error) = await RunAsync("merge", "--model", Base, "--adapter", adapter, "--out", _folder.File("merged"));
        code.ShouldBe(0, error);
        string[] ask = ["--prompt", "What is 3?", "--template", "alpaca", "--max-new-tokens", "8", "--device", "cpu", "--json"];
        (_, string fromAdapter, _) = await RunAsync(["generate", "--model", Base, "--adapter", adapter, .. ask]);
        (_, string fromMerged, _) = await RunAsync(["generate", "--model", _folder.File("merged"), .. ask]);
        fromMerged.ShouldBe(fromAdapter);
    }

    [Theory]
    [InlineData("8", 0.01), InlineData("4", 0.05)]
    public async Task A_quantized_model_answers_and_loses_little(string bits, double loss)
    {
        string[] eval = ["eval", "--model", Base, "--adapter", Adapter, "--dataset", WriteDataset(4), "--template", "alpaca",
            "--generations", "0", "--device", "cpu", "--json"];
        (int code, string full, string error) = await RunAsync(eval);
        code.ShouldBe(0, error);
        (code, string quantized, error) = await RunAsync([.. eval, "--quantize", bits]);
        code.ShouldBe(0, error);
        foreach (string key in (string[])["base_loss", "adapter_loss"])
        {
            double expected = JsonDocument.Parse(LastLine(full)).RootElement.GetProperty(key).GetDouble();
            double found = JsonDocument.Parse(LastLine(quantized)).RootElement.GetProperty(key).GetDouble();
            found.ShouldBe(expected, loss * expected, key);
            found.ShouldNotBe(expected, "the option does something");
        }
        (code, string output, error) = await RunAsync("generate", "--model", Base, "--prompt", "What is 3?", "--template", "alpaca",
            "--max-new-tokens", "4", "--device", "cpu",
            "--quantize", bits, "--json");
        code.ShouldBe(0, error);
        JsonDocument.Parse(LastLine(output)).RootElement.GetProperty("completion_tokens").GetInt32().ShouldBeGreaterThan(0);
        await ShouldRefuse("quantization: 5 bits are not supported; use 8 or 4", "generate", "--model", Base, "--prompt", "x",
            "--quantize", "5");
    }

    [Fact]
    public async Task Train_takes_the_flags_of_llama_factorys_scripts()
    {
        WriteDataset(12);
        (int code, string output, string error) = await RunAsync("train", "--stage", "sft", "--do_train", "--model_name_or_path", Base,
            "--dataset_dir", _folder.Path, "--dataset", "data.jsonl", "--template", "default", "--lora_r", "4", "--lora_target",
            "qkv_proj", "o_proj",
            "--output_dir=" + _folder.File("flags"), "--per_device_train_batch_size", "4", "--num_train_epochs", "1", "--max_steps", "-1",
            "--dataloader_pin_memory", "False", "--plot_loss", "--device", "cpu", "--json");
        code.ShouldBe(0, error);
        JsonDocument.Parse(LastLine(output)).RootElement.GetProperty("steps").GetInt32().ShouldBe(3);
        File.Exists(_folder.File("flags/training_loss.png")).ShouldBeTrue();
        using JsonDocument adapter = JsonDocument.Parse(File.ReadAllText(_folder.File("flags/adapter_config.json")));
        adapter.RootElement.GetProperty("r").GetInt32().ShouldBe(4);

        await ShouldRefuse("command line: lora_rnk: unknown key; did you mean lora_rank?", "train", "--model_name_or_path", Base,
            "--output_dir", "o", "--lora_rnk", "4");
        (code, output, _) = await RunAsync("train", "--list-keys");
        code.ShouldBe(0);
        output.ShouldContain("early_stopping_steps  (default: null)\n    Ends the training after so many evaluations in a row");
    }

    [Theory]
    [InlineData("output_dir: out\n", "model_name_or_path: is missing")]
    [InlineData("lora_rnk: 4\n", "lora_rnk: unknown key; did you mean lora_rank?")]
    [InlineData("lora_rank: 0\n", "lora_rank: 0 is out of range")]
    public async Task A_wrong_configuration_exits_with_2_and_names_the_key(string text, string expected)
    {
        File.WriteAllText(_folder.File("bad.yaml"), text);
        await ShouldRefuse(expected, "train", _folder.File("bad.yaml"));
    }

    [Fact]
    public async Task Wrong_data_and_targets_exit_with_2_and_name_the_place()
    {
        WriteDataset(3);
        await ShouldRefuse("no_proj is no linear layer of this model; it has qkv_proj", "train", Config(), "lora_target=no_proj");
        await ShouldRefuse("leaves none to train on", "train", Config(), "val_size=3");
        await ShouldRefuse("<|eot_id|>", "train", Config(), "template=llama3");
        await ShouldRefuse("no such model folder", "train", Config(), "model_name_or_path=" + _folder.File("nowhere"));
        File.WriteAllText(_folder.File("data.jsonl"), """{"instruction": "a", "output": "b"}""" + "\n" + """{"instruction": "a"}""");
        await ShouldRefuse("output", "train", Config());
        File.WriteAllText(_folder.File("data.jsonl"), "no json at all");
        await ShouldRefuse("data.jsonl", "train", Config());
        await ShouldRefuse("no adapter_config.json", "eval", "--model", Base, "--adapter", _folder.Path, "--template", "alpaca",
            "--dataset", WriteDataset(2));
        await ShouldRefuse("--dtype: 'int3' is unknown", "generate", "--model", Base, "--prompt", "x", "--dtype", "int3");
        await ShouldRefuse("temperature is -1", "generate", "--model", Base, "--prompt", "x", "--temperature", "-1", "--template",
            "alpaca");
    }

    [Theory]
    [InlineData("salir")]
    [InlineData("EXIT")]
    [InlineData("")]
    public void A_chat_answers_until_it_is_told_to_end(string end)
    {
        using LanguageModel model = LanguageModel.Load(Base, new ModelLoadOptions { Device = "cpu" });
        StringWriter output = new();
        ChatCommand.RunConversation(model, ChatTemplate.Get("alpaca"), new GenerationOptions { MaxNewTokens = 3, IgnoreEndTokens = true },
            null,
            new StringReader($"hello\n\n/new\nagain\n{end}"), output, TestContext.Current.CancellationToken);
        output.ToString().Split("> ").Length.ShouldBe(6);
    }

    private string WriteDataset(int rows)
    {
        File.WriteAllLines(_folder.File("data.jsonl"),
            Enumerable.Range(0, rows).Select(i => $$"""{"instruction": "What is {{i}}?", "output": "It is the number {{i}}."}"""));
        return _folder.File("data.jsonl");
    }

    private string Config()
    {
        File.WriteAllText(_folder.File("train.yaml"), $"""
            model_name_or_path: {Base}
            dataset_dir: {_folder.Path}
            dataset: data.jsonl
            template: alpaca
            output_dir: {_folder.File("out")}
            per_device_train_batch_size: 4
            max_steps: 4
            learning_rate: 0.01
            val_size: 2
            device: cpu
            """);
        return _folder.File("train.yaml");
    }

    private static async Task ShouldRefuse(string expected, params string[] args)
    {
        (int code, _, string error) = await RunAsync(args);
        error.ShouldContain(expected);
        error.ShouldStartWith("error: ");
        code.ShouldBe(2);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        StringWriter output = new();
        StringWriter error = new();
        int code = await CommandLine.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static string LastLine(string output) => output.TrimEnd().Split('\n')[^1];
}
