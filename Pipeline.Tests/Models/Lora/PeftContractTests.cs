using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Configuration;
using Pipeline.Tests.Models.Training;

namespace Pipeline.Tests.Models.Lora;

/// <summary>A trained adapter folder against one that PEFT wrote for the same model and shape.</summary>
public sealed class PeftContractTests : IDisposable
{
    // Keys of newer PEFT versions, whose absence means their default.
    private static readonly string[] LeftOut =
    [
        "alora_invocation_tokens", "arrow_config", "corda_config", "ensure_weight_tying", "eva_config", "exclude_modules", "kasa_config",
            "lora_ga_config",
        "monteclora_config", "peft_version", "qalora_group_size", "target_parameters", "trainable_token_indices", "use_bdlora",
        "use_qalora", "velora_config",
    ];

    private static readonly string Golden = Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "final");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_trained_adapter_has_the_names_shapes_types_and_settings_of_peft()
    {
        Train(["all"]);
        Header(_folder.Path).ShouldBe(Header(Golden));

        JsonObject ours = Config(_folder.Path), theirs = Config(Golden);
        ours["target_modules"]!.AsArray().Select(n => (string)n!)
            .ShouldBe(theirs["target_modules"]!.AsArray().Select(n => (string)n!), ignoreOrder: true);
        theirs.Select(p => p.Key).Except(ours.Select(p => p.Key)).ShouldBeSubsetOf(LeftOut);
        foreach ((string key, JsonNode? value) in ours.Where(p => p.Key is not "target_modules" and not "base_model_name_or_path"))
        {
            theirs.ContainsKey(key).ShouldBeTrue(key);
            JsonNode.DeepEquals(value, theirs[key])
                .ShouldBeTrue($"{key}: {value?.ToJsonString()} instead of {theirs[key]?.ToJsonString()}");
        }
    }

    [Fact]
    public void An_adapter_of_peft_is_loaded_and_written_again_as_it_was()
    {
        using DecoderModel model = LoraGoldenTests.LoadModel(Path.Combine(GoldenFiles.Root, "phi4-tiny"));
        using LoraAdapter adapter = AdapterFolder.Load(Golden, model);
        AdapterFolder.Save(_folder.Path, adapter);
        Header(_folder.Path).ShouldBe(Header(Golden));
        Data(_folder.Path).Order().ShouldBe(Data(Golden).Order(), "the bytes, in whatever order of tensors");
    }

    private void Train(IReadOnlyList<string> targets)
    {
        using DecoderModel model = LoraGoldenTests.LoadModel(Path.Combine(GoldenFiles.Root, "phi4-tiny"));
        TrainingArguments arguments = TinyTraining.Arguments(_folder.Path) with
        {
            LoraRank = 8,
            LoraAlpha = 16,
            LoraDropout = 0,
            LoraTarget = targets,
            MaxSteps = 1,
            SaveStrategy = "no",
        };
        LoraTrainer.Train(arguments, model, TinyTraining.Data(), null, TestContext.Current.CancellationToken);
    }

    private static JsonObject Config(string folder) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!.AsObject();

    // Name, type and shape of each tensor.
    private static string[] Header(string folder)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors"));
        JsonObject header = JsonNode.Parse(file.AsSpan(8, HeaderLength(file)))!.AsObject();
        ((string?)header["__metadata__"]!["format"]).ShouldBe("pt");
        return [.. header.Where(p => p.Key != "__metadata__").Select(p => $"{p.Key} {p.Value!["dtype"]} {p.Value["shape"]!.ToJsonString()}")
            .Order(StringComparer.Ordinal)];
    }

    private static byte[] Data(string folder)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors"));
        return file[(8 + HeaderLength(file))..];
    }

    private static int HeaderLength(byte[] file) => (int)BinaryPrimitives.ReadInt64LittleEndian(file);
}
