using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Families;

public sealed class LanguageModelTests : IDisposable
{
    private static readonly ModelLoadOptions OnCpu = new() { Device = "cpu" };
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-model-").FullName;

    private static string Golden => Path.Combine(GoldenFiles.Root, "phi4-tiny");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Loaded_model_is_frozen_and_knows_its_end_tokens()
    {
        using LanguageModel model = LanguageModel.Load(Golden, OnCpu);
        model.Decoder.parameters().ShouldAllBe(p => !p.requires_grad);
        model.Decoder.DType.ShouldBe(ScalarType.Float32);
        model.EndTokenIds.ShouldBe([504]);
    }

    [Fact]
    public void Written_weights_load_with_the_same_values_and_end_tokens_come_from_generation_config()
    {
        using LanguageModel model = LanguageModel.Load(Golden, OnCpu);
        foreach (string name in new[] { "config.json", "tokenizer.json" })
            File.Copy(Path.Combine(Golden, name), Path.Combine(_folder, name));

        SafetensorsWriter.WriteCheckpoint(_folder, model.Decoder.Weights());
        File.WriteAllText(Path.Combine(_folder, "generation_config.json"), """{ "eos_token_id": [7, 504] }""");

        using LanguageModel again = LanguageModel.Load(_folder, OnCpu);
        foreach (((string name, Tensor before), (_, Tensor after)) in model.Decoder.Weights().Zip(again.Decoder.Weights()))
            after.eq(before).all().item<bool>().ShouldBeTrue(name);
        again.EndTokenIds.ShouldBe([7, 504]);
    }

    [Fact]
    public void Half_precision_on_request()
    {
        using LanguageModel model = LanguageModel.Load(Golden, OnCpu with { DType = ScalarType.BFloat16 });
        using Tensor ids = zeros(1, 3, ScalarType.Int64);
        using Tensor hidden = model.Decoder.Forward(ids);
        hidden.dtype.ShouldBe(ScalarType.BFloat16);
        foreach (Parameter parameter in model.Decoder.parameters())
            parameter.dtype.ShouldBe(ScalarType.BFloat16);
    }

    [Fact]
    public void Missing_folder_names_itself_and_the_way_to_get_it()
    {
        string absent = Path.Combine(_folder, "phi-4");
        string message = Should.Throw<InputException>(() => LanguageModel.Load(absent, OnCpu)).Message;
        message.ShouldStartWith(absent);
        message.ShouldContain("./pipeline pull");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("model-00002-of-00002.safetensors")]
    public void Missing_file_is_named(string file)
    {
        foreach (string name in Directory.GetFiles(Golden).Select(f => Path.GetFileName(f)).Where(f => f != file))
            File.Copy(Path.Combine(Golden, name), Path.Combine(_folder, name));
        string message = Should.Throw<InputException>(() => LanguageModel.Load(_folder, OnCpu)).Message;
        message.ShouldContain(_folder);
        message.ShouldContain(file);
    }

    [Fact]
    public void Weights_of_another_shape_are_refused()
    {
        foreach (string file in Directory.GetFiles(Golden))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        string config = Path.Combine(_folder, "config.json");
        File.WriteAllText(config, File.ReadAllText(config)
            .Replace("\"intermediate_size\": 192", "\"intermediate_size\": 190", StringComparison.Ordinal));
        Should.Throw<InputException>(() => LanguageModel.Load(_folder,
            OnCpu)).Message.ShouldContain("6 misshapen: model.layers.0.mlp.down_proj.weight is [96, 192], expected [96, 190]");
    }
}
