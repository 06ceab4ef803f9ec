using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Text;
using Pipeline.Models.Vision;

namespace Pipeline.Tests.Models.Vision;

public sealed class VisionLanguageModelGoldenTests
{
    private static readonly string Folder = Path.Combine(GoldenFiles.Root, "qwen2vl-tiny");
    private static readonly ModelLoadOptions Cpu = new() { Device = "cpu" };

    // The questions of the reference cases; their prompts are stored with image tokens expanded, or shortened.
    [Theory]
    [InlineData(0, "What is shown here?")]
    [InlineData(1, "¿Qué objetos ves en esta imagen?")]
    [InlineData(2, "Compare both.")]
    [InlineData(3, "Just text.")]
    public void Files_and_a_question_lead_to_the_reference_answer(int @case, string question)
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(Folder, Cpu);
        (string[] images, int[] expected) = Case(@case);

        GenerationResult result = model.Chat(
            [ChatMessage.WithImages("user", VisionLanguageModel.ImageMarker, [.. images.Select(_ => (string?)null), question])],
            [.. images.Select(name => ImageDecoder.Decode(Image(name)))],
            new GenerationOptions { MaxNewTokens = expected.Length }, cancellation: TestContext.Current.CancellationToken);

        result.TokenIds.ShouldBe(expected);
    }

    [Theory]
    [InlineData(8), InlineData(4)]
    public void A_quantized_language_model_still_sees_the_image(int bits)
    {
        using VisionLanguageModel full = VisionLanguageModel.Load(Folder, Cpu),
            quantized = VisionLanguageModel.Load(Folder, Cpu with { QuantizationBits = bits });
        quantized.Model.Text.QuantizationBits.ShouldBe(bits);
        quantized.Model.Text.Projections().ShouldAllBe(p => p.Layer.IsQuantized);
        quantized.Model.named_parameters().Where(p => p.name.StartsWith("visual.", StringComparison.Ordinal))
            .ShouldAllBe(p => !p.parameter.is_meta);
        using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
        using IDisposable noGrad = TorchSharp.torch.no_grad();
        ImagePatches image = full.Preprocessor.Process(ImageDecoder.Decode(Image("small.png")));
        int tokens = image.Grid.Tokens(full.Preprocessor.Config.MergeSize);
        VisionTextSequence sequence = new([5, .. Enumerable.Repeat(full.Model.Config.ImageTokenId, tokens), 7], [image]);
        using VisionTextBatch batch = VisionTextBatch.Create([sequence], full.Model.Config, TorchSharp.torch.CPU);
        TorchSharp.torch.Tensor expected = full.Model.ForwardHidden(batch), found = quantized.Model.ForwardHidden(batch);
        double error = (found - expected).norm().item<float>() / expected.norm().item<float>();
        error.ShouldBeInRange(1e-6, bits == 8 ? 0.05 : 0.3);
    }

    [Fact]
    public void Several_images_at_once_get_the_answers_they_get_alone()
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(Folder, Cpu);
        ReadOnlyMemory<byte>[] images = [Image("wide.png"), Image("small.png"), Image("tall.png")];
        GenerationOptions options = new() { MaxNewTokens = 8 };

        IReadOnlyList<string> together = model.Describe(images, "What is shown here?", options, TestContext.Current.CancellationToken);

        together.ShouldBe(images.Select(image =>
            model.Describe(image, "What is shown here?", options, null, TestContext.Current.CancellationToken)));
        together.ShouldAllBe(text => text.Length > 0);
    }

    [Fact]
    public void The_answer_arrives_piece_by_piece_and_can_be_stopped()
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(Folder, Cpu);
        using CancellationTokenSource stop = new();
        GenerationOptions options = new() { MaxNewTokens = 200 };

        Should.Throw<OperationCanceledException>(() =>
            model.Describe(Image("small.png"), "What is shown here?", options, _ => stop.Cancel(), stop.Token));
    }

    [Fact]
    public void Large_images_are_scaled_down_to_the_limit_of_the_caller()
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(Folder, Cpu, maxPixels: 28 * 28 * 8);

        ImagePatches patches = model.Preprocessor.Process(ImageDecoder.Decode(Image("large.png")));

        patches.Grid.Tokens(2).ShouldBeInRange(4, 8);
    }

    [Fact]
    public void An_image_marker_in_the_question_is_text()
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(Folder, Cpu);

        string answer = model.Describe(Image("small.png"), "<|image_pad|>?", new GenerationOptions { MaxNewTokens = 2 },
            cancellation: TestContext.Current.CancellationToken);

        answer.ShouldNotBeNull();
        Should.Throw<InputException>(() => model.Chat([new ChatMessage("user", "No image.")], [ImageDecoder.Decode(Image("small.png"))],
            cancellation: TestContext.Current.CancellationToken)).Message
            .ShouldBe("the messages have 0 image markers for 1 images; take <|image_pad|> out of the text.");
    }

    [Theory]
    [InlineData("preprocessor_config.json", "preprocessor_config.json: not found")]
    [InlineData("tokenizer.json", "tokenizer.json")]
    [InlineData("config.json", "no config.json")]
    [InlineData("model.safetensors", "neither model.safetensors nor")]
    public void A_missing_file_is_named(string missing, string message)
    {
        string copy = Directory.CreateTempSubdirectory("vision-model-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(Folder).Where(f => Path.GetFileName(f) != missing))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));

            Should.Throw<InputException>(() => VisionLanguageModel.Load(copy, Cpu)).Message.ShouldContain(message);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public void A_text_model_is_told_apart()
    {
        string folder = Path.Combine(GoldenFiles.Root, "phi4-tiny");

        Should.Throw<InputException>(() =>
            VisionLanguageModel.Load(folder, Cpu)).Message.ShouldContain("model_type is phi3, a model without vision");
    }

    private static byte[] Image(string name) => File.ReadAllBytes(Path.Combine(Folder, "images", name));

    private static (string[] Images, int[] Tokens) Case(int index)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        JsonElement expected = json.RootElement.GetProperty("cases")[index];
        return ([.. expected.GetProperty("images").EnumerateArray().Select(n => n.GetString()!)],
            [.. expected.GetProperty("greedy_new_tokens").EnumerateArray().Select(t => t.GetInt32())]);
    }
}
