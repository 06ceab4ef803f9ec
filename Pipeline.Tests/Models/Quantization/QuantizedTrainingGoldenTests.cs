using System.Text.Json;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;
using Pipeline.Models.Training.Optimization;
using Pipeline.Models.Training.Pass;
using Pipeline.Tests.Models.Lora;
using TorchSharp;

namespace Pipeline.Tests.Models.Quantization;

/// <summary>The recorded PEFT training again, on a quantized base.</summary>
public sealed class QuantizedTrainingGoldenTests
{
    private const int Steps = 48;       // two and a half times over the examples: the loss falls from 6.6 to 3.6

    [Fact]
    public void Training_on_a_quantized_base_reaches_the_loss_of_the_unquantized_one_within_two_percent()
    {
        double[] reference = Losses(null);
        reference[^6..].Average().ShouldBeLessThan(0.6 * reference[0]);
        foreach (int bits in (int[])[8, 4])
        {
            double[] losses = Losses(bits);
            losses[0].ShouldNotBe(reference[0], "the base is quantized");
            losses[^6..].Average().ShouldBe(reference[^6..].Average(), 0.02 * reference[^6..].Average(), $"{bits} bits");
        }
    }

    private static double[] Losses(int? bits)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        string folder = Path.Combine(GoldenFiles.Root, "lora-phi4-tiny");
        using JsonDocument trace = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "trace.json")));
        TokenizedExample[] examples = LoraGoldenTests.ReadExamples(Path.Combine(folder, "batches.safetensors"));
        int[][] rows = [.. trace.RootElement.GetProperty("steps").EnumerateArray()
            .Select(s => s.GetProperty("rows").EnumerateArray().Select(r => r.GetInt32()).ToArray())];

        using LanguageModel model = LanguageModel.Load(Path.Combine(GoldenFiles.Root, "phi4-tiny"),
            new ModelLoadOptions { Device = "cpu", QuantizationBits = bits });
        using LoraAdapter adapter = AdapterFolder.LoadTrainable(Path.Combine(folder, "init"), model.Decoder);
        using AdamW optimizer = new(adapter.NamedTensors(), new TrainingArguments());
        using TrainingPass pass = new(model.Decoder);
        TrainingStep step = new(pass, optimizer, maxGradientNorm: 1);
        return [.. Enumerable.Range(0, Steps).Select(i => step.Run(
            [new MicroBatch(rows[i % rows.Length], [.. rows[i % rows.Length].Select(r => examples[r])])], i, 5e-3,
            TestContext.Current.CancellationToken).Loss)];
    }
}
