using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Models;
using Pipeline.Models.Text;
using Pipeline.Models.Tokenizers;

namespace Pipeline.Tests.Models.Text;

public sealed class HubTokenizerTests : IDisposable
{
    private static readonly string Fixture = Path.Combine(AppContext.BaseDirectory, "Golden", "tokenizers", "qwen2-style");
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Half_a_character_waits_for_its_other_bytes()
    {
        HubTokenizer tokenizer = HubTokenizer.Load(Fixture);
        int[] ids = tokenizer.Encode("🙂");
        ids.Length.ShouldBeGreaterThan(1);

        StreamingDecoder decoder = tokenizer.StreamDecoder();
        ids[..^1].Select(decoder.Add).ShouldAllBe(part => part == "");
        decoder.Add(ids[^1]).ShouldBe("🙂");
        decoder.Finish().ShouldBe("");
    }

    [Fact]
    public void A_character_that_is_never_finished_ends_as_a_replacement_character()
    {
        HubTokenizer tokenizer = HubTokenizer.Load(Fixture);
        StreamingDecoder decoder = tokenizer.StreamDecoder();
        decoder.Add(tokenizer.Encode("🙂")[0]);
        decoder.Finish().ShouldBe("\ufffd");
    }

    [Fact]
    public void Special_tokens_can_be_read_as_plain_text()
    {
        HubTokenizer tokenizer = HubTokenizer.Load(Fixture);
        int special = tokenizer.TokenToId("<|im_start|>")!.Value;

        tokenizer.Encode("<|im_start|>").ShouldBe([special]);
        int[] plain = tokenizer.Encode("<|im_start|>", allowSpecialTokens: false);
        plain.ShouldNotContain(special);
        tokenizer.Decode(plain).ShouldBe("<|im_start|>");
    }

    [Fact]
    public void Letters_beyond_the_basic_plane_are_letters()
    {
        // Deseret letters are one word of the split, as in the reference, although .NET sees only surrogates.
        List<string> pieces = new();
        string text = "\U00010400\U00010428 \U00010428, \U0001D7CF\U0001D7D0";
        new TextSplitter(@"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+", keepGaps: true)
            .Split(text, range => pieces.Add(text[range]));
        pieces.ShouldBe(["\U00010400\U00010428", " \U00010428", ",", " ", "\U0001D7CF\U0001D7D0"]);
    }

    [Theory]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u1100\u1161\u11a8", "\uac01")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\u0958", "\u0915\u093c")]
    [InlineData("\ud55c\uae00", "\ud55c\uae00")]
    [InlineData("a\u0328\u0301", "\u0105\u0301")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\u1e9b\u0323", "\u1e9b\u0323")]
    [InlineData("\U0001d15e", "\U0001d157\U0001d165")]
    [InlineData("a\u0315\u0300\u05ae\u0300b", "\u00e0\u05ae\u0300\u0315b")]
    public void Text_is_composed_canonically_without_ICU(string text, string composed) =>
        CanonicalComposition.ToFormC(text).ShouldBe(composed);

    [Fact]
    public void The_NFC_normalizer_of_the_file_is_applied()
    {
        HubTokenizer tokenizer = HubTokenizer.Load(Changed(json => json["normalizer"] = new JsonObject { ["type"] = "NFC" }));
        tokenizer.Encode("cafe\u0301").ShouldBe(tokenizer.Encode("caf\u00e9"));
    }

    [Fact]
    public void A_whole_entry_wins_over_merges_when_the_file_ignores_merges()
    {
        // "trains" gets an id of its own that no merge can reach.
        HubTokenizer tokenizer = HubTokenizer.Load(Changed(json =>
        {
            json["model"]!["vocab"]!["trains"] = 600;
            json["model"]!["ignore_merges"] = true;
        }));
        tokenizer.Encode("trains").ShouldBe([600]);
        tokenizer.Decode([600]).ShouldBe("trains");
    }

    [Fact]
    public void Added_tokens_take_the_spaces_that_their_flags_name()
    {
        HubTokenizer tokenizer = HubTokenizer.Load(Changed(json =>
        {
            JsonNode token = json["added_tokens"]![1]!;
            token["lstrip"] = true;
            token["rstrip"] = true;
        }));
        int special = tokenizer.TokenToId("<|im_start|>")!.Value;
        tokenizer.Encode("a  <|im_start|> \n b").ShouldBe([.. tokenizer.Encode("a"), special, .. tokenizer.Encode("b")]);
    }

    [Fact]
    public void Roles_come_from_the_configuration_beside_the_tokenizer()
    {
        string folder = Changed(_ => { });
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"),
            """{"bos_token": null, "eos_token": {"content": "<|im_end|>"}, "pad_token": "<|endoftext|>"}""");
        HubTokenizer tokenizer = HubTokenizer.Load(folder);
        tokenizer.BosTokenId.ShouldBeNull();
        tokenizer.EosTokenId.ShouldBe(tokenizer.TokenToId("<|im_end|>"));
        tokenizer.PadTokenId.ShouldBe(tokenizer.TokenToId("<|endoftext|>"));
    }

    [Theory]
    [InlineData("model.type", "Unigram", "model.type is Unigram (SentencePiece's other form")]
    [InlineData("model.type", "WordPiece", "model.type is WordPiece; supported is BPE")]
    [InlineData("model.continuing_subword_prefix", "##", "model.continuing_subword_prefix is ##; supported is none")]
    [InlineData("normalizer.type", "Precompiled", "normalizer.type is Precompiled; supported is NFC, Prepend, Replace or none")]
    [InlineData("pre_tokenizer.type", "BertPreTokenizer", "pre_tokenizer.type is BertPreTokenizer; supported is")]
    [InlineData("decoder.type", "WordPiece", "decoder.type is WordPiece; supported is")]
    public void Another_kind_of_tokenizer_is_refused_by_key(string key, string value, string message)
    {
        string[] path = key.Split('.');
        string folder = Changed(json =>
        {
            if (json[path[0]] is null) json[path[0]] = new JsonObject();
            json[path[0]]![path[1]] = value;
        });
        InputException error = Should.Throw<InputException>(() => HubTokenizer.Load(folder));
        error.Message.ShouldContain(message);
        error.Message.ShouldContain("tokenizer.json");
    }

    [Fact]
    public void A_folder_without_tokenizer_is_named()
    {
        InputException error = Should.Throw<InputException>(() => HubTokenizer.Load(_folder));
        error.Message.ShouldContain(Path.Combine(_folder, "tokenizer.json"));
        error.Message.ShouldContain("not found");
    }

    [Fact]
    public void A_file_that_is_not_JSON_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), "version https://git-lfs.github.com/spec/v1");
        Should.Throw<InputException>(() => HubTokenizer.Load(_folder)).Message.ShouldContain("not a readable tokenizer.json");
    }

    [Fact]
    public void Control_tokens_in_what_others_wrote_stay_text()
    {
        HubTokenizer tokenizer = HubTokenizer.Load(Fixture);
        int special = tokenizer.TokenToId("<|im_end|>")!.Value;
        const string Text = "a<|im_end|>b<|im_end|>";
        tokenizer.Encode(Text).Count(id => id == special).ShouldBe(2);
        int[] ids = tokenizer.Encode(Text, [new TextRange(0, 12)]);
        ids.Count(id => id == special).ShouldBe(1);
        ids[^1].ShouldBe(special);
        tokenizer.Decode(ids, skipSpecialTokens: false).ShouldBe(Text);
        // Nor may one be put together from both sides of a border.
        tokenizer.Encode(Text, [new TextRange(0, 5), new TextRange(20, 21)]).ShouldNotContain(special);
    }

    [Theory]
    [InlineData("MergedWithPrevious", "one |two |three")]
    [InlineData("MergedWithNext", "one| two| three")]
    [InlineData("Isolated", "one| |two| |three")]
    [InlineData("Removed", "one|two|three")]
    public void A_split_treats_its_matches_as_its_behaviour_says(string behavior, string expected)
    {
        List<string> pieces = [];
        new TextSplitter(new Regex(" "), Enum.Parse<SplitBehavior>(behavior), invert: false)
            .Split("one two three", range => pieces.Add("one two three"[range]));
        string.Join('|', pieces).ShouldBe(expected);
    }

    [Fact]
    public void A_long_text_without_spaces_is_merged_in_little_time()
    {
        HubTokenizer tokenizer = HubTokenizer.Load(Changed(json => json["pre_tokenizer"]!["pretokenizers"]!.AsArray().RemoveAt(0)));
        string text = string.Concat(Enumerable.Repeat("training adapters ", 20_000));
        tokenizer.Decode(tokenizer.Encode(text)).ShouldBe(text);       // quadratic merging would take minutes
    }

    private string Changed(Action<JsonNode> change)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(Fixture, "tokenizer.json")))!;
        change(json);
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), json.ToJsonString());
        return _folder;
    }
}
