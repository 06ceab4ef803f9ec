using Pipeline.Models.Batching;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
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
    public async Task A_greedy_answer_of_every_family_equals_the_generator_that_is_checked_against_the_reference(string name)
    {
        using LanguageModel model = LanguageModel.Load(Path.Combine(GoldenFiles.Root, name), Cpu);
        using BatchScheduler scheduler = new(BatchModel.Of(model));
        foreach (int length in (int[])[1, 15, 16, 17, 60])
        {
            int[] prompt = Prompt(length, length, model);
            GenerationOptions options = new() { MaxNewTokens = 24, IgnoreEndTokens = true };
            GenerationResult expected = new TextGenerator(model).Generate(prompt, options, cancellation: Token);

            GenerationResult answer = await scheduler.GenerateAsync(new BatchRequest(prompt) { Options = options }, Token);

            answer.TokenIds.ShouldBe(expected.TokenIds, $"prompt of {length}");
            (answer.Text, answer.FinishReason, answer.PromptTokens).ShouldBe((expected.Text, expected.FinishReason, expected.PromptTokens));
        }
    }

    [Theory]
    [InlineData("float32", null)]
    [InlineData("bfloat16", null)]
    [InlineData("float32", 8)]
    [InlineData("bfloat16", 4)]
    public async Task An_answer_is_the_same_alone_and_among_others(string dtype, int? bits)
    {
        using LanguageModel model = LanguageModel.Load(Path.Combine(RepositoryRoot.Path, "starter", "phi4-starter"),
            Cpu with { DType = dtype == "float32" ? ScalarType.Float32 : ScalarType.BFloat16, QuantizationBits = bits });
        BatchRequest[] requests = [.. Enumerable.Range(0, 12).Select(i => new BatchRequest(Prompt(i, 3 + i * i * 5 % 200, model))
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
            scheduler.Counts.ReusedTokens.ShouldBeGreaterThan(0);
            scheduler.Counts.BlocksInUse.ShouldBe(0);
        }
    }

    internal static int[] Prompt(int seed, int length, LanguageModel model)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(3, model.Decoder.Config.VocabSize))];
    }
}
