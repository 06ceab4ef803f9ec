using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Runtime;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;
using Pipeline.Tools.Benchmarks;
using Pipeline.Web;
using Pipeline.Web.Commands.Generation;
using Pipeline.Web.Commands.Training;
using static TorchSharp.torch;

namespace Pipeline.Tools.Commands;

/// <summary><c>bench train</c>: LoRA steps on a Phi-3 style model of any shape, with made-up tokens or a real dataset.</summary>
internal static class BenchTrainCommand
{
    private static readonly Option<string> Precision = new("--dtype") { Description = "fp32 or bf16", DefaultValueFactory = _ => "fp32" };
    private static readonly Option<string> On = new("--device")
    {
        Description = "auto, cpu, cuda or cuda:N",
        DefaultValueFactory = _ =>
        "auto"
    };
    private static readonly Option<int> Seq = Number("--seq", "Tokens of an example; the cut-off with --dataset", 256);
    private static readonly Option<int> Batch = Number("--batch", "Examples of a micro-batch", 4);
    private static readonly Option<int> Accumulation = Number("--accumulation", "Micro-batches of a step", 1);
    private static readonly Option<int> Rank = Number("--rank", "Rank of the adapter", 16);
    private static readonly Option<int> Hidden = Number("--hidden", "Width", 1024);
    private static readonly Option<int> Layers = Number("--layers", "Layers", 8);
    private static readonly Option<int> Heads = Number("--heads", "Query heads", 16);
    private static readonly Option<int> KvHeads = Number("--kv-heads", "Key and value heads", 8);
    private static readonly Option<int> Intermediate = Number("--intermediate", "Width of the feed-forward", 4096);
    private static readonly Option<int> Vocab = Number("--vocab", "Vocabulary", 32064);
    private static readonly Option<int> Steps = Number("--steps", "Steps to measure", 8);
    private static readonly Option<string?> Dataset =
        new("--dataset") { Description = "Real examples with their masked prompts and lengths", HelpName = "FILE" };
    private static readonly Option<string> Tokenizer = new("--tokenizer")
    {
        Description = "Model folder of the tokenizer for --dataset",
        DefaultValueFactory = _ => "starter/phi4-starter"
    };
    private static readonly Option<string?> Lengths = new("--lengths")
    {
        Description =
        "Write [prompt, all] tokens of each example of --dataset to a JSON file, for bench/peft_lora.py",
        HelpName = "FILE"
    };
    private static readonly Option<bool> Checkpointing =
        new("--checkpointing") { Description = "Compute activations again on the way back instead of keeping them" };
    private static readonly Option<int?> Quantization = new("--quantization-bit")
    {
        Description = "Store the frozen layers in 8 or 4 bits",
        HelpName = "BITS"
    };
    private static readonly Option<double> Dropout = new("--dropout") { Description = "Dropout of the adapter's inputs" };
    private static readonly Option<double> Retention = new("--retention-share")
    {
        Description = "Tokens of general text, held to the base as by retention: kl, per taught token; the figures count taught ones",
    };
    private static readonly Option<TrainingReference?> Reference =
        new("--reference")
        {
            Description =
        "Measure besides what transformers and PEFT compute, operator by operator: peft as it is by itself, autocast as under Trainer "
        + "with bf16",
            HelpName = "peft|autocast"
        };
    private static readonly Option<bool> Json = new("--json") { Description = "End with one JSON object on the last line" };

    public static Command Create()
    {
        Command command = new("train", "LoRA training: tokens per second, time of a step, memory, share of the matrix-product peak")
        {
            Precision, On, Seq, Batch, Accumulation, Rank, Hidden, Layers, Heads, KvHeads, Intermediate, Vocab, Steps, Dataset, Tokenizer,
                Lengths,
            Checkpointing, Quantization, Dropout, Retention, Reference, Json,
        };
        command.SetAction((parsed, stopping) => Task.Run(() => Run(parsed, stopping), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken stopping)
    {
        DecoderConfig shape = Shape(parsed);
        if (parsed.GetValue(Quantization) is not (null or 4 or 8))
            throw new InputException($"--quantization-bit {parsed.GetValue(Quantization)}: use 8 or 4");
        if (parsed.GetValue(Quantization) is not null && parsed.GetValue(Reference) is not null)
            throw new InputException("--reference: computes with whole weights; leave out --quantization-bit");
        TrainingBenchmarkOptions options = new()
        {
            Model = shape,
            Lora = new LoraConfig
            {
                Rank = Value(parsed, Rank),
                Alpha = 2 * Value(parsed, Rank),
                Dropout = parsed.GetValue(Dropout),
                TargetModules = ["all"]
            },
            DType = ModelOptions.ParseType(parsed.GetValue(Precision)) ?? ScalarType.Float32,
            Device = TorchRuntime.ResolveDevice(parsed.GetRequiredValue(On)),
            Accumulation = Value(parsed, Accumulation),
            Steps = Value(parsed, Steps),
            Checkpointing = parsed.GetValue(Checkpointing),
            QuantizationBits = parsed.GetValue(Quantization),
            RetentionShare = parsed.GetValue(Retention),
            Reference = parsed.GetValue(Reference),
        };
        TrainingMeasurement m = TrainingBenchmark.Measure(options, Batches(parsed, shape), stopping);
        TextWriter output = parsed.InvocationConfiguration.Output;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{m.BaseParameters:N0} parameters, adapter {m.TrainableParameters:N0}: {m.TokensPerSecond:F0} tokens/s, "
            + $"{m.ExamplesPerSecond:F2} examples/s, step {m.StepSeconds:F3} s, {m.PeakMemoryMiB:F0} MiB, {m.Gflops:F1} of "
            + $"{m.PeakGflops:F1} GFLOP/s ({m.Gflops / m.PeakGflops:P0})"));
        if (m.Reference is { } usual)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"as {parsed.GetValue(Reference)!.Value.ToString().ToLowerInvariant()} computes it (padding, logits of every position): "
                + $"{usual.TokensPerSecond:F0} tokens/s, {usual.ExamplesPerSecond:F2} examples/s, {usual.PeakMemoryMiB:F0} MiB; "
                + $"{m.ExamplesPerSecond / usual.ExamplesPerSecond:F2} times its speed; first loss {m.FirstLoss:F4}, there "
                + $"{usual.FirstLoss:F4}"));
        if (parsed.GetValue(Json))
            output.WriteLine(JsonSerializer.Serialize(new
            {
                tokens_per_s = Math.Round(m.TokensPerSecond, 2),
                examples_per_s = Math.Round(m.ExamplesPerSecond, 4),
                step_s = Math.Round(m.StepSeconds, 5),
                peak_rss_mib = Math.Round(m.PeakMemoryMiB, 1),
                gflops = Math.Round(m.Gflops, 3),
                peak_gflops = Math.Round(m.PeakGflops, 3),
                gemm_fraction = Math.Round(m.Gflops / m.PeakGflops, 5),
                first_loss = Math.Round(m.FirstLoss, 5),
                base_parameters = m.BaseParameters,
                trainable_parameters = m.TrainableParameters,
                dtype = parsed.GetValue(Precision),
                threads = get_num_threads(),
                reference = m.Reference is null ? null : new
                {
                    tokens_per_s = Math.Round(m.Reference.TokensPerSecond, 2),
                    examples_per_s = Math.Round(m.Reference.ExamplesPerSecond, 4),
                    first_loss = Math.Round(m.Reference.FirstLoss, 5),
                    peak_rss_mib = Math.Round(m.Reference.PeakMemoryMiB, 1),
                    speedup = Math.Round(m.ExamplesPerSecond / m.Reference.ExamplesPerSecond, 3),
                },
            }));
        return ExitCodes.Success;
    }

    private static DecoderConfig Shape(ParseResult parsed)
    {
        string json = JsonSerializer.Serialize(new
        {
            model_type = "phi3",
            hidden_size = Value(parsed, Hidden),
            intermediate_size = Value(parsed, Intermediate),
            num_hidden_layers = Value(parsed, Layers),
            num_attention_heads = Value(parsed, Heads),
            num_key_value_heads = Value(parsed, KvHeads),
            vocab_size = Value(parsed, Vocab),
            max_position_embeddings = Math.Max(4096, Value(parsed, Seq)),
            original_max_position_embeddings = Math.Max(4096, Value(parsed, Seq)),
            rms_norm_eps = 1e-5,
            rope_theta = 10000.0,
            hidden_act = "silu",
            tie_word_embeddings = true,
        });
        return DecoderConfig.Parse(json, "bench train");
    }

    private static IReadOnlyList<IReadOnlyList<TokenizedExample>> Batches(ParseResult parsed, DecoderConfig shape)
    {
        int batch = Value(parsed, Batch), seq = Value(parsed, Seq), steps = Value(parsed, Steps);
        if (parsed.GetValue(Dataset) is not { } file)
        {
            Random random = new(1);
            return [.. Enumerable.Range(0, steps + 1).Select(_ => Enumerable.Range(0, batch).Select(_ =>
            {
                int[] ids = [.. Enumerable.Range(0, seq).Select(_ => random.Next(shape.VocabSize))];
                return new TokenizedExample(ids, ids);
            }).ToArray())];
        }
        HubTokenizer tokenizer = HubTokenizer.Load(parsed.GetRequiredValue(Tokenizer));
        if (tokenizer.VocabSize > shape.VocabSize)
            throw new InputException($"--vocab {shape.VocabSize}: the tokenizer has {tokenizer.VocabSize} tokens; give at least as many");
        ChatTemplate template = TemplateRule.OfFamily(shape);
        TokenizedExample[] examples = [.. InstructionDataset.Load(file).Select(e => TokenizedExample.Encode(e, template, tokenizer, seq))];
        if (parsed.GetValue(Lengths) is { } target)
            File.WriteAllText(target,
                JsonSerializer.Serialize(examples.Select(e => new[] { e.InputIds.Length - e.TargetTokens, e.InputIds.Length })));
        return [.. examples.Chunk(batch)];
    }

    private static int Value(ParseResult parsed, Option<int> option) => EvalCommand.AtLeast(1, parsed.GetValue(option), option.Name);

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
