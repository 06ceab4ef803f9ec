using System.Text;
using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Generation;

public sealed class TextGeneratorGoldenTests : IDisposable
{
    private readonly LanguageModel _model = LanguageModel.Load(Path.Combine(GoldenFiles.Root, "phi4-tiny"),
        new ModelLoadOptions { Device = "cpu" });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TextGenerator Generator => new(_model);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Greedy_answer_equals_the_reference()
    {
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(_model.Folder, "expected.json")));
        JsonElement greedy = expected.RootElement.GetProperty("greedy");
        int[] wanted = Ints(greedy.GetProperty("new_tokens"));

        GenerationResult result = Generator.Generate(Ints(greedy.GetProperty("prompt")),
            new GenerationOptions { MaxNewTokens = wanted.Length }, cancellation: Token);

        result.TokenIds.ShouldBe(wanted);
        result.FinishReason.ShouldBe(GenerationResult.Length);
        result.PromptTokens.ShouldBe(17);
        result.Text.ShouldBe(_model.Tokenizer.Decode(wanted));
    }

    [Fact]
    public void Answer_across_the_longrope_boundary_equals_full_passes()
    {
        int[] prompt = Prompt(60);
        List<int> tokens = new(prompt);
        using (no_grad())
        {
            for (int i = 0; i < 12; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor hidden = _model.Decoder.Forward(tensor(tokens.Select(t => (long)t).ToArray()).unsqueeze(0));
                tokens.Add((int)_model.Decoder.Logits(hidden)[0, -1].argmax().item<long>());
            }
        }

        GenerationResult result = Generator.Generate(prompt, new GenerationOptions { MaxNewTokens = 12, IgnoreEndTokens = true },
            cancellation: Token);

        result.TokenIds.ShouldBe(tokens.Skip(60));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public void Batch_gives_each_prompt_what_it_gets_alone(double temperature)
    {
        // Drawing depends on the row, so the rows that draw have to be compared at row 0.
        GenerationOptions options = new() { MaxNewTokens = 10, Temperature = temperature, Seed = 4, IgnoreEndTokens = true };
        int[][] prompts = temperature == 0 ? [Prompt(5), Prompt(21), Prompt(14)] : [Prompt(5), Prompt(21)];

        IReadOnlyList<GenerationResult> together = Generator.Generate(prompts, options, Token);

        for (int i = 0; i < (temperature == 0 ? prompts.Length : 1); i++)
        {
            GenerationResult alone = Generator.Generate(prompts[i], options, cancellation: Token);
            together[i].TokenIds.ShouldBe(alone.TokenIds, $"row {i}");
            together[i].PromptTokens.ShouldBe(prompts[i].Length);
        }
    }

    [Fact]
    public void Stop_token_ends_the_answer_and_is_not_part_of_it()
    {
        int[] free = [.. Generate(Prompt(9), new GenerationOptions { MaxNewTokens = 12, Temperature = 1, Seed = 8 }).TokenIds];
        int stop = free.Skip(3).First(t => Array.IndexOf(free, t) >= 3);

        GenerationResult result = Generate(Prompt(9),
            new GenerationOptions { MaxNewTokens = 12, Temperature = 1, Seed = 8, StopTokenIds = [stop] });

        result.TokenIds.ShouldBe(free.Take(Array.IndexOf(free, stop)));
        result.FinishReason.ShouldBe(GenerationResult.Stop);
    }

    [Fact]
    public void Stop_text_is_cut_off_and_nothing_of_it_is_streamed()
    {
        GenerationOptions options = new() { MaxNewTokens = 40, Temperature = 1, Seed = 2 };
        string free = Generate(Prompt(9), options).Text;
        string stop = free.Substring(free.Length / 2, 3);
        StringBuilder streamed = new();

        GenerationResult result = Generator.Generate(Prompt(9), options with { StopStrings = ["never there", stop] }, t =>
            streamed.Append(t), Token);

        result.Text.ShouldBe(free[..free.IndexOf(stop, StringComparison.Ordinal)]);
        result.FinishReason.ShouldBe(GenerationResult.Stop);
        streamed.ToString().ShouldBe(result.Text);
    }

    [Fact]
    public void Streamed_pieces_add_up_to_the_text()
    {
        List<string> pieces = new();
        GenerationResult result = Generator.Generate(Prompt(9),
            new GenerationOptions { MaxNewTokens = 30, Temperature = 1, Seed = 2, StopStrings = ["###"] }, pieces.Add, Token);
        pieces.Count.ShouldBeGreaterThan(3);
        string.Concat(pieces).ShouldBe(result.Text);
    }

    [Fact]
    public void Answer_ends_where_the_model_does()
    {
        GenerationResult result = Generate(Prompt(250), new GenerationOptions { MaxNewTokens = 50, IgnoreEndTokens = true });
        result.TokenIds.Count.ShouldBe(6);
        result.FinishReason.ShouldBe(GenerationResult.Length);
    }

    [Fact]
    public void Prompt_that_does_not_fit_is_refused()
    {
        Should.Throw<InputException>(() =>
            Generate(Prompt(256), new GenerationOptions())).Message.ShouldContain("256 tokens, the model takes 256");
        Should.Throw<InputException>(() => Generate([], new GenerationOptions())).Message.ShouldContain("empty");
        Should.Throw<InputException>(() => Generate([512], new GenerationOptions())).Message.ShouldContain("token id 512");
    }

    [Fact]
    public void Cancellation_stops_before_the_next_token()
    {
        using CancellationTokenSource cancellation = new();
        int pieces = 0;
        Should.Throw<OperationCanceledException>(() =>
            Generator.Generate(Prompt(9), new GenerationOptions { MaxNewTokens = 200, IgnoreEndTokens = true },
            _ =>
            {
                if (++pieces == 3)
                    cancellation.Cancel();
            }, cancellation.Token));
        pieces.ShouldBe(3);
    }

    [Fact]
    public void Tensors_are_freed_at_every_token()
    {
        // Long enough for the tables of both longrope factors, which stay.
        Generate(Prompt(9), new GenerationOptions { MaxNewTokens = 60, IgnoreEndTokens = true });
        long before = TotalCount();
        Generate(Prompt(9), new GenerationOptions { MaxNewTokens = 150, IgnoreEndTokens = true });
        TotalCount().ShouldBe(before);
    }

    // Tensors alive on this thread: other test classes run beside this one.
    private static long TotalCount() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    private GenerationResult Generate(int[] prompt, GenerationOptions options) => Generator.Generate(prompt, options, cancellation: Token);

    private static int[] Prompt(int length) => [.. Enumerable.Range(0, length).Select(i => (i * 37 + 11) % 500)];

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetInt32())];
}
