using Pipeline.Models.Text;
using Pipeline.Tools.Starter.Tokenizer;

namespace Pipeline.Tests.Tools;

public sealed class BpeTrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-bpe-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_merges_build_on_merges()
    {
        BpeTrainer trainer = new(@"\S+|\s+");
        trainer.Add("aab aab aab aab ab ab");
        // "ab" occurs six times, then "a" + "ab" four times.
        trainer.Train(258).ShouldBe([("a", "b"), ("a", "ab")]);
    }

    [Fact]
    public void Training_ends_when_no_pair_comes_twice()
    {
        BpeTrainer trainer = new(@"\S+|\s+");
        trainer.Add("abc");
        trainer.Train(1000).ShouldBeEmpty();
    }

    [Fact]
    public void Overlapping_pairs_are_counted_as_they_are_merged()
    {
        BpeTrainer trainer = new(@"\S+|\s+");
        trainer.Add("aaaa aaaa aaaa");
        trainer.Train(258).ShouldBe([("a", "a"), ("aa", "aa")]);
    }

    [Theory]
    [InlineData("Phi4Mini")]
    [InlineData("Qwen2Vl")]
    public void The_written_folder_is_a_tokenizer_that_gives_every_text_back(string name)
    {
        TokenizerStyle style = name == "Phi4Mini" ? TokenizerStyle.Phi4Mini : TokenizerStyle.Qwen2Vl;
        BpeTrainer trainer = new(style.Pattern);
        const string text = "The kernel loads modules. The kernel unloads modules. It's 2024: 12,345 modules!\n\n";
        trainer.Add(text);
        TokenizerWriter.Write(_folder, trainer.Train(300), style, chatTemplate: "", maxLength: 64);

        HubTokenizer tokenizer = HubTokenizer.Load(_folder);
        int[] ids = tokenizer.Encode(text);
        ids.Length.ShouldBeLessThan(text.Length);
        tokenizer.Decode(ids).ShouldBe(text);
        tokenizer.Decode(tokenizer.Encode("añejo 🙂 \t\r\n 大")).ShouldBe("añejo 🙂 \t\r\n 大");
        style.SpecialTokens.Select(token => tokenizer.Encode(token).ShouldHaveSingleItem()).Last().ShouldBe(tokenizer.VocabSize - 1);
        tokenizer.EosTokenId.ShouldBe(tokenizer.TokenToId(style.EndOfTurn));
        tokenizer.PadTokenId.ShouldBe(tokenizer.TokenToId("<|endoftext|>"));
    }

    [Fact]
    public void The_starter_styles_split_like_the_models_they_follow()
    {
        // The same expressions as in the reference tokenizers of the fixtures.
        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", "tokenizers");
        PatternOf(Path.Combine(golden, "o200k-style")).ShouldBe(TokenizerStyle.Phi4Mini.Pattern);
        PatternOf(Path.Combine(golden, "qwen2-style")).ShouldBe(TokenizerStyle.Qwen2Vl.Pattern);
    }

    private static string? PatternOf(string folder) =>
        System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer.json")))!
            ["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"]!.GetValue<string>();
}
