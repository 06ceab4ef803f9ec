using System.Text.Json;
using Pipeline.Models.Text;

namespace Pipeline.Tests.Models.Text;

/// <summary>Ids and decoded text of huggingface/tokenizers, for every folder of <c>tokenizers/</c> in the fixture root.</summary>
public sealed class GoldenTokenizerTests
{
    private static string Root =>
        Environment.GetEnvironmentVariable("PIPELINE_GOLDEN") is { Length: > 0 } root
            ? root
            : Path.Combine(AppContext.BaseDirectory, "Golden");

    public static TheoryData<string> Tokenizers =>
        new(Directory.GetDirectories(Path.Combine(Root, "tokenizers")).Select(folder => Path.GetFileName(folder)!).Order());

    [Theory, MemberData(nameof(Tokenizers))]
    public void Every_case_gives_the_reference_ids(string folder) =>
        ForEachCase(folder, (tokenizer, text, ids, item) => tokenizer.Encode(text).ShouldBe(ids, text));

    [Theory, MemberData(nameof(Tokenizers))]
    public void Every_case_decodes_to_the_reference_text(string folder) =>
        ForEachCase(folder, (tokenizer, text, ids, item) =>
        {
            tokenizer.Decode(ids, skipSpecialTokens: false).ShouldBe(item.GetProperty("decoded").GetString());
            tokenizer.Decode(ids).ShouldBe(item.GetProperty("decoded_skip_special").GetString());
        });

    [Theory, MemberData(nameof(Tokenizers))]
    public void Every_case_streams_to_the_same_text_in_whole_characters(string folder) =>
        ForEachCase(folder, (tokenizer, text, ids, item) =>
        {
            StreamingDecoder decoder = tokenizer.StreamDecoder();
            List<string> parts = [.. ids.Select(decoder.Add)];
            parts.Add(decoder.Finish());

            parts.ShouldAllBe(part => part == "" || !(char.IsLowSurrogate(part.First()) || char.IsHighSurrogate(part.Last())));
            parts.ShouldAllBe(part => !part.Contains('\ufffd'));
            string.Concat(parts).ShouldBe(item.GetProperty("decoded_skip_special").GetString());
        });

    private static void ForEachCase(string folder, Action<HubTokenizer, string, int[], JsonElement> check)
    {
        string path = Path.Combine(Root, "tokenizers", folder);
        HubTokenizer tokenizer = HubTokenizer.Load(path);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "cases.json")));
        JsonElement cases = json.RootElement.GetProperty("cases");
        cases.GetArrayLength().ShouldBeGreaterThan(0);
        foreach (JsonElement item in cases.EnumerateArray())
            check(tokenizer, item.GetProperty("text").GetString()!,
                [.. item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())], item);
    }
}
