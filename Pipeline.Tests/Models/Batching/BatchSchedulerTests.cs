using Pipeline.Models.Batching;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Quantization;
using Pipeline.Models.Runtime;
using Pipeline.Models.Text;
using Pipeline.Models.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Batching;

/// <summary>Answers of the scheduler: the reference's tokens alone, and the same ones whatever else runs.</summary>
public sealed class BatchSchedulerTests
{
    private static readonly ModelLoadOptions Cpu = new() { Device = "cpu" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("phi3-tiny")]
    [InlineData("phi4-tiny")]
    [InlineData("llama-tiny")]
    [InlineData("mistral-tiny")]
    [InlineData("qwen2-tiny")]
    [InlineData("qwen3-tiny")]
    public async Task A_greedy_answer_of_every_family_equals_full_passes_of_the_model_that_is_checked_against_the_reference(string name)
    {
        TorchRuntime.Initialize();
        string folder = Path.Combine(GoldenFiles.Root, name);
        using DecoderModel model = new(DecoderConfig.Load(folder), ScalarType.Float32, CPU);
        using (SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(folder))
            model.LoadWeights(checkpoint);
        using BatchScheduler scheduler = new(BatchModel.Of(model, HubTokenizer.Load(Path.Combine(GoldenFiles.Root, "phi4-tiny"))));
        foreach (int length in (int[])[1, 15, 16, 17, 60])
        {
            int[] prompt = Prompt(length, length, model.Config.VocabSize);
            GenerationResult answer = await scheduler.GenerateAsync(new BatchRequest(prompt)
            {
                Options = new GenerationOptions { MaxNewTokens = 24, IgnoreEndTokens = true },
            }, Token);
            answer.TokenIds.ShouldBe(Reference(model, prompt, 24), $"prompt of {length}");
            (answer.FinishReason, answer.PromptTokens).ShouldBe((GenerationResult.Length, length));
        }
    }

    private static int[] Reference(DecoderModel model, int[] prompt, int count)
    {
        using IDisposable noGrad = no_grad();
        List<long> tokens = [.. prompt];
        for (int i = 0; i < count; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor hidden = model.Forward(tensor(tokens.ToArray()).unsqueeze(0));
            tokens.Add(model.Logits(hidden)[0, -1].argmax().item<long>());
        }
        return [.. tokens.Skip(prompt.Length).Select(t => (int)t)];
    }

    [Theory]
    [InlineData("float32", null)]
    [InlineData("bfloat16", null)]
    [InlineData("bfloat16", 4)]
    [InlineData("float32", 8, QuantizedStorage.Blocks)]
    [InlineData("bfloat16", 4, QuantizedStorage.Blocks)]
    public async Task An_answer_is_the_same_alone_and_among_others(string dtype, int? bits, QuantizedStorage storage = default)
    {
        using LanguageModel model = LanguageModel.Load(Path.Combine(RepositoryRoot.Path, "starter", "phi4-starter"),
            Cpu with
            {
                DType = dtype == "float32" ? ScalarType.Float32 : ScalarType.BFloat16,
                QuantizationBits = bits,
                QuantizedStorage = storage,
            });
        int words = model.Decoder.Config.VocabSize;
        BatchRequest[] requests = [.. Enumerable.Range(0, 12).Select(i => new BatchRequest(Prompt(i, 3 + i * i * 5 % 200, words))
        {
            Client = $"client {i % 3}",
            Options = new GenerationOptions
            {
                MaxNewTokens = 8 + 3 * i,
                Temperature = i % 2 == 0 ? 0 : 1.2,
                Seed = i,
                TopP = i % 3 == 0 ? 0.9 : 1,
                RepetitionPenalty = i % 4 == 0 ? 1.1 : 1,
                IgnoreEndTokens = true,
            },
        })];
        GenerationResult[] alone = new GenerationResult[requests.Length];
        for (int i = 0; i < requests.Length; i++)
        {
            using BatchScheduler fresh = new(BatchModel.Of(model));
            alone[i] = await fresh.GenerateAsync(requests[i], Token);
        }
        // Small parts and few blocks: prompts are cut up, and requests join and leave all the time.
        foreach (BatchOptions options in (BatchOptions[])[new() { PromptTokensPerStep = 23, CacheTokens = 640 }, new()])
        {
            using BatchScheduler scheduler = new(BatchModel.Of(model), options);
            for (int round = 0; round < 2; round++)
            {
                GenerationResult[] together = await Task.WhenAll(requests.Select(r => scheduler.GenerateAsync(r, Token)));
                for (int i = 0; i < requests.Length; i++)
                    together[i].TokenIds.ShouldBe(alone[i].TokenIds, $"request {i}, round {round}");
            }
            scheduler.Counts.BlocksInUse.ShouldBe(0);
        }
    }

    private static int[] Prompt(int seed, int length, int vocabulary)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(3, vocabulary))];
    }
}
