using Pipeline.Models;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Weights;

namespace Pipeline.Tests.Models.Training;

/// <summary>What is wrong with a training is told before the weights are read: this model folder has none.</summary>
public sealed class WrongInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public WrongInputTests()
    {
        Directory.CreateDirectory(_folder.File("models/tiny"));
        foreach (string file in (string[])["config.json", "tokenizer.json"])
            File.Copy(Path.Combine(GoldenFiles.Root, "phi4-tiny", file), _folder.File($"models/tiny/{file}"));
        File.WriteAllText(_folder.File("good.jsonl"), """{"instruction": "a", "output": "b"}""");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{\"instruction\": \"a\"}", "bad.jsonl: line 1: field 'output' is missing; give the answer or remove the row")]
    [InlineData("no json at all", "bad.jsonl: line 1: not JSON at byte 2; every line must be one whole object")]
    [InlineData("", "bad.jsonl: holds no examples")]
    public void A_bad_dataset_is_named_by_file_line_and_field(string text, string expected)
    {
        File.WriteAllText(_folder.File("bad.jsonl"), text);
        Fault(Arguments with { Dataset = ["bad.jsonl"] }).ShouldBe(Path.Combine(_folder.Path, expected));
    }

    [Fact]
    public void A_wrong_key_is_named_with_what_there_is()
    {
        Fault(Arguments with { LoraTarget = ["q_proj"] })
            .ShouldBe(
            "lora_target: q_proj is no linear layer of this model; it has qkv_proj, o_proj, gate_up_proj, down_proj (or use all)");
        Fault(Arguments with { LoraRank = 0 }).ShouldBe("training arguments: lora_rank: 0 is out of range; use 1 to 65536");
        Fault(Arguments with { ValSize = 1 })
            .ShouldBe("val_size: 1 of 1 examples leaves none to train on; give more examples or a smaller val_size");
        Fault(Arguments with { Dataset = [] }).ShouldBe("dataset: is missing; give a name of dataset_info.json or a file of dataset_dir");
        Fault(Arguments with { Dataset = ["nope"] }).ShouldContain("'nope' is neither a name of dataset_info.json nor a file in ");
        Fault(Arguments with { Template = "qwen" }).ShouldContain("'qwen' ends answers with <|im_end|>, which the model's tokenizer lacks");
        Fault(Arguments with { ModelNameOrPath = "some/where/else" }).ShouldContain("some/where/else: no such model folder");
    }

    [Fact]
    public void Without_a_fault_the_weights_are_what_is_missed() => Fault(Arguments).ShouldContain("safetensors");

    [Fact]
    public void A_name_of_the_hub_means_the_folder_it_was_pulled_to()
    {
        string pulled = _folder.File("models");
        ModelFolder.Locate("owner/tiny", pulled).ShouldBe(Path.Combine(pulled, "tiny"));
        ModelFolder.Locate("owner/other", pulled).ShouldBe("owner/other");
        ModelFolder.Locate("tiny", pulled).ShouldBe("tiny");
        ModelFolder.Locate(pulled, _folder.File("elsewhere")).ShouldBe(pulled);
    }

    private TrainingArguments Arguments => new()
    {
        ModelNameOrPath = _folder.File("models/tiny"),
        OutputDir = _folder.File("out"),
        DatasetDir = _folder.Path,
        Dataset = ["good.jsonl"],
        Template = "alpaca",
        Device = "cpu",
    };

    private static string Fault(TrainingArguments arguments) =>
        Should.Throw<InputException>(() => LoraTrainer.Train(arguments, null, TestContext.Current.CancellationToken)).Message;
}
