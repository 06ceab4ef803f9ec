using System.Text.Json.Nodes;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Outputs;

namespace Pipeline.Tests.Models.Training;

public sealed class AdapterOutputsTests : IDisposable
{
    private static readonly AdapterCompletion Completion = new(
        "pumps-2", new HeldOutComparison(2, 1.5, 12, 340),
        new JsonObject { ["base_model"] = "phi-4-mini", ["run"] = new JsonObject { ["id"] = "8f", ["name"] = "pumps | old" } },
        [KeyValuePair.Create("lora_rank", "8")]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Publication_keeps_what_the_training_wrote_and_adds_what_it_knows()
    {
        using DecoderModel model = TinyTraining.Model();
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out")) with { EvalSteps = 4, PlotLoss = true };
        LoraTrainer.Train(arguments, model, TinyTraining.Data(), null, TestContext.Current.CancellationToken);
        string folder = arguments.OutputDir;
        Dictionary<string, byte[]> trained = Directory.GetFiles(folder).ToDictionary(f => f, File.ReadAllBytes);
        JsonObject eval = Json(folder, "eval_results.json"), all = Json(folder, "all_results.json");

        AdapterOutputs.Complete(folder, Completion);

        foreach ((string name, JsonObject before) in (ReadOnlySpan<(string, JsonObject)>)[("eval_results.json", eval),
            ("all_results.json", all)])
        {
            JsonObject after = Json(folder, name);
            foreach ((string key, JsonNode? value) in before) after[key]?.ToJsonString().ShouldBe(value?.ToJsonString(), $"{name}: {key}");
            after.Select(pair => pair.Key).Except(before.Select(pair => pair.Key)).ShouldBe(
                ["adapter_loss", "adapter_perplexity", "base_loss", "base_perplexity", "examples", "target_tokens"], name);
        }
        string card = Card(folder);
        foreach (string part in (string[])["# pumps-2\n", "| eval_runtime |", "lora_rank: 4", "SHA-256 of all ids",
            "| base model | 2.0000 | 7.39 |",
            "| this adapter | 1.5000 | 4.48 |", "| run name | `pumps \\| old` |", "| lora_rank | `8` |"])
            card.ShouldContain(part);
        JsonObject record = Json(folder, AdapterRecord.FileName);
        ((string?)record["name"], (string?)record["run"]!["id"]).ShouldBe(("pumps-2", "8f"));
        foreach ((string path, byte[] content) in trained.Where(f => !AdapterOutputs.CompletedFiles.Contains(Path.GetFileName(f.Key))))
            File.ReadAllBytes(path).ShouldBe(content, path);
        Directory.GetFiles(folder, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void Completing_twice_leaves_what_completing_once_left()
    {
        AdapterRecord.Create(_folder.Path, new RecordedTemplate("phi4_mini"));
        AdapterOutputs.Complete(_folder.Path, Completion);
        string[] once = [.. Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        AdapterOutputs.Complete(_folder.Path, Completion);
        Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).Select(File.ReadAllText).ShouldBe(once);
        AdapterRecord.ReadTemplate(_folder.Path).ShouldNotBeNull().Name.ShouldBe("phi4_mini");
    }

    [Fact]
    public void A_card_of_another_engine_keeps_its_text_and_its_front_matter()
    {
        File.WriteAllText(_folder.File("README.md"), """
            ---
            library_name: peft
            license: other
            base_model: microsoft/Phi-4-mini-instruct
            tags:
            - base_model:adapter:microsoft/Phi-4-mini-instruct
            - llama-factory
            ---

            <!-- This model card has been generated automatically according to the information the Trainer had access to. -->

            # output

            This model is a fine-tuned version of microsoft/Phi-4-mini-instruct on the pumps dataset.

            ### Framework versions

            - PEFT 0.19.1
            """);
        File.WriteAllText(_folder.File("all_results.json"), """{"epoch": 3.0, "train_loss": 0.71, "train_runtime": 12.5}""");
        AdapterOutputs.Complete(_folder.Path, Completion);
        string card = Card(_folder.Path);
        card.ShouldStartWith("---\nlibrary_name: peft\nlicense: other\nbase_model: microsoft/Phi-4-mini-instruct\n");
        foreach (string part in (string[])["generated automatically", "\n# pumps-2\n", "- PEFT 0.19.1", "## Evaluation",
            "## Provenance"]) card.ShouldContain(part);
        card.ShouldNotContain("# output");
        JsonObject all = Json(_folder.Path, "all_results.json");
        ((double?)all["train_loss"], (double?)all["base_loss"], (double?)all["eval_loss"]).ShouldBe((0.71, 2, 1.5));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no front matter, no title")]
    [InlineData("---\nbase_model: [broken\n---\n\n# out\n")]
    public void Whatever_card_there_was_the_published_one_has_front_matter_and_title(string? text)
    {
        if (text is not null) File.WriteAllText(_folder.File("README.md"), text);
        AdapterOutputs.Complete(_folder.Path, Completion with { Evaluation = null });
        Card(_folder.Path).ShouldStartWith("---\nbase_model: \"phi-4-mini\"\nlibrary_name: peft\n");
        Card(_folder.Path).ShouldContain("\n# pumps-2\n");
        Card(_folder.Path).ShouldContain("no held-out examples");
        File.Exists(_folder.File("eval_results.json")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("{\"eval_loss\": 1.")]
    [InlineData("[1, 2]")]
    public void A_damaged_result_file_is_named_and_left_as_it_is(string text)
    {
        string path = _folder.File("eval_results.json");
        File.WriteAllText(path, text);
        Should.Throw<InputException>(() =>
            AdapterOutputs.Complete(_folder.Path, Completion)).Message.ShouldStartWith($"{path}: not valid JSON");
        File.ReadAllText(path).ShouldBe(text);
    }

    private static JsonObject Json(string folder, string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, name)))!.AsObject();

    private static string Card(string folder) => File.ReadAllText(Path.Combine(folder, "README.md"));
}
