using System.Text.Json;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;
using Pipeline.Models.Training.Optimization;
using Pipeline.Models.Training.Pass;
using Pipeline.Models.Weights;
using Pipeline.Tools.Benchmarks;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Lora;

/// <summary>The recorded PEFT training, step by step: each <c>lora-*</c> holds the trace of an adapter.</summary>
public sealed class LoraGoldenTests
{
    public static TheoryData<string> Traces =>
        [.. Directory.EnumerateDirectories(GoldenFiles.Root, "lora-*").Where(IsComputed).Select(f => Path.GetFileName(f)!)];

    private delegate (double Loss, double GradientNorm) Step(IReadOnlyList<IReadOnlyList<TokenizedExample>> microBatches,
        double learningRate);

    [Theory]
    [MemberData(nameof(Traces))]
    public void Training_follows_the_trace_of_peft(string name)
    {
        TrainingPass? pass = null;
        Follow(name, (model, optimizer, maxGradientNorm) =>
        {
            pass = new TrainingPass(model);
            TrainingStep step = new(pass, optimizer, maxGradientNorm);
            int number = 0;
            return (microBatches, learningRate) =>
            {
                StepResult result = step.Run([.. microBatches.Select(batch => new MicroBatch([], batch))], number++, learningRate,
                    TestContext.Current.CancellationToken);
                result.TargetTokens.ShouldBe(microBatches.Sum(batch => batch.Sum(TrainingBatch.CountTargets)));
                return (result.Loss, result.GradientNorm);
            };
        });
        pass!.Dispose();
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void The_reference_of_the_benchmark_follows_the_trace_of_peft(string name) =>
        Follow(name, (model, optimizer, maxGradientNorm) => new PeftReference(model, optimizer, maxGradientNorm).Run);

    [Theory]
    [MemberData(nameof(Traces))]
    public void A_peft_adapter_gives_the_logits_of_peft(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        string folder = Path.Combine(GoldenFiles.Root, name);
        using DecoderModel model = LoadModel(Path.Combine(GoldenFiles.Root, GoldenFiles.BaseOf(name)));
        using LoraAdapter adapter = AdapterFolder.Load(Path.Combine(folder, "final"), model);
        adapter.Attach();
        DistanceFromPeft(model, folder).ShouldBeLessThan(2e-4);
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void A_merged_peft_adapter_gives_the_logits_of_peft(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using TemporaryFolder merged = new();
        string folder = Path.Combine(GoldenFiles.Root, name);
        AdapterMerger.Merge(Path.Combine(GoldenFiles.Root, GoldenFiles.BaseOf(name)), Path.Combine(folder, "final"), merged.File("model"));
        using DecoderModel model = LoadModel(merged.File("model"));
        DistanceFromPeft(model, folder).ShouldBeLessThan(2e-4);
    }

    private static double DistanceFromPeft(DecoderModel model, string folder)
    {
        using SafetensorsCheckpoint batches = SafetensorsCheckpoint.OpenFile(Path.Combine(folder, "batches.safetensors"));
        using SafetensorsCheckpoint expected = SafetensorsCheckpoint.OpenFile(Path.Combine(folder, "expected.safetensors"));
        Tensor mask = batches.Map("attention_mask").narrow(0, 0, 2);
        Tensor logits = model.Logits(model.Forward(batches.Map("input_ids").narrow(0, 0, 2), mask));
        return MaxDifference(logits.select(1, 20), expected.Map("logits_at_20_rows_0_1"));
    }

    // Rates of LoRA+ and layers that are trained whole are refused by the product.
    private static bool IsComputed(string folder)
    {
        using JsonDocument trace = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "trace.json")));
        using JsonDocument adapter = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "init", "adapter_config.json")));
        return !trace.RootElement.GetProperty("optimizer").TryGetProperty("loraplus_lr_ratio", out _)
            && (!adapter.RootElement.TryGetProperty("modules_to_save", out JsonElement saved) || saved.ValueKind == JsonValueKind.Null);
    }

    private static void Follow(string name, Func<DecoderModel, AdamW, double, Step> start)
    {
        using DisposeScope scope = NewDisposeScope();
        string folder = Path.Combine(GoldenFiles.Root, name);
        using DecoderModel model = LoadModel(Path.Combine(GoldenFiles.Root, GoldenFiles.BaseOf(name)));
        using JsonDocument trace = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "trace.json")));
        JsonElement optimizerSettings = trace.RootElement.GetProperty("optimizer");
        double learningRate = optimizerSettings.GetProperty("lr").GetDouble();
        int rowsPerMicroBatch = trace.RootElement.GetProperty("batch").GetProperty("micro_batch").GetInt32();

        using LoraAdapter adapter = AdapterFolder.LoadTrainable(Path.Combine(folder, "init"), model);
        adapter.ParameterCount.ShouldBe(trace.RootElement.GetProperty("trainable_parameters").GetInt64());
        (adapter.ParameterCount + model.Config.CountParameters()).ShouldBe(trace.RootElement.GetProperty("all_parameters").GetInt64());
        using AdamW optimizer = new(adapter.NamedTensors(), new TrainingArguments
        {
            AdamBeta1 = optimizerSettings.GetProperty("betas")[0].GetDouble(),
            AdamBeta2 = optimizerSettings.GetProperty("betas")[1].GetDouble(),
            AdamEpsilon = optimizerSettings.GetProperty("eps").GetDouble(),
            WeightDecay = optimizerSettings.GetProperty("weight_decay").GetDouble(),
        });
        Step step = start(model, optimizer, optimizerSettings.GetProperty("max_grad_norm").GetDouble());
        TokenizedExample[] examples = ReadExamples(Path.Combine(folder, "batches.safetensors"));
        int number = 0;
        foreach (JsonElement expected in trace.RootElement.GetProperty("steps").EnumerateArray())
        {
            number++;
            TokenizedExample[][] microBatches = [.. expected.GetProperty("rows").EnumerateArray().Select(r => examples[r.GetInt32()])
                .Chunk(rowsPerMicroBatch)];
            microBatches.Sum(batch => batch.Sum(TrainingBatch.CountTargets)).ShouldBe(expected.GetProperty("target_tokens").GetInt32());
            (double loss, double norm) = (expected.GetProperty("loss").GetDouble(), expected.GetProperty("grad_norm").GetDouble());
            (double Loss, double GradientNorm) result = step(microBatches, learningRate);
            result.Loss.ShouldBe(loss, loss * 1e-5, $"loss of step {number}");
            result.GradientNorm.ShouldBe(norm, norm * 1e-4, $"gradient norm of step {number}");
        }

        using SafetensorsCheckpoint final = SafetensorsCheckpoint.OpenFile(Path.Combine(folder, "final", "adapter_model.safetensors"));
        foreach ((string weight, Tensor value) in adapter.NamedTensors())
            MaxDifference(value, final.Map(weight)).ShouldBeLessThan(1e-4, weight);
    }

    private static double MaxDifference(Tensor a, Tensor b)
    {
        using DisposeScope scope = NewDisposeScope();
        return (a.detach() - b).abs().max().item<float>();
    }

    internal static DecoderModel LoadModel(string folder)
    {
        DecoderModel model = new(DecoderConfig.Load(folder), ScalarType.Float32, CPU);
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(folder);
        using IDisposable noGrad = no_grad();
        WeightLoader.Load(model.named_parameters().Select(p => KeyValuePair.Create<string, Tensor>(p.name, p.parameter)), checkpoint);
        return model;
    }

    internal static TokenizedExample[] ReadExamples(string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsCheckpoint batches = SafetensorsCheckpoint.OpenFile(file);
        Tensor ids = batches.Map("input_ids"), labels = batches.Map("labels"), mask = batches.Map("attention_mask");
        return [.. Enumerable.Range(0, (int)ids.shape[0]).Select(row =>
        {
            int length = (int)mask[row].sum().item<long>();
            return new TokenizedExample(First(ids[row], length), First(labels[row], length));
        })];
    }

    private static int[] First(Tensor row, int length) => [.. row.data<long>().Take(length).Select(id => (int)id)];
}
